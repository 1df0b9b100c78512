/**
 * The browser's client: follows résumés over one WebSocket, comes back after the last number seen, drops repeats,
 * notices a dead link, and polls where WebSockets are blocked. No dependency; also works outside our page.
 * Types are in client.d.ts, examples in docs/browser.md.
 * @module
 */

import { delayMs } from "./backoff.js";
import { Link } from "./client/link.js";
import { Poller } from "./client/poller.js";
import { Topic } from "./client/topic.js";
import { upload } from "./client/upload.js";
import { handle, Listener } from "./client/watch.js";

export { UploadError } from "./client/upload.js";
export { WatchError } from "./client/watch.js";

// The server refuses a position that it never gave or no longer has: from the start again, then.
const LOST_POSITION = new Set(["EPOCH_MISMATCH", "HISTORY_GONE"]);

/**
 * Connect to a bridge.
 * @param {object} [options]
 * @param {string} [options.base] the bridge's origin; default: the page's own
 * @param {typeof WebSocket} [options.WebSocket]
 * @param {typeof fetch} [options.fetch]
 * @param {() => number} [options.random]
 * @returns {Client}
 */
export function connect(options = {}) {
  return new Client(options);
}

export class Client {
  #base;
  #random;
  #link;
  #poller;
  #topics = new Map();
  #stops = new Set();

  constructor({ base = globalThis.location?.origin, WebSocket: Socket, fetch: fetcher, random = Math.random } = {}) {
    this.#base = base;
    this.#random = random;
    this.#poller = new Poller({
      base,
      fetch: fetcher ?? globalThis.fetch.bind(globalThis),
      topics: () => [...this.#topics.values()],
    });
    this.#link = new Link(`${base.replace(/^http/, "ws")}/ws`, {
      WebSocket: Socket ?? globalThis.WebSocket,
      random,
      onLive: () => this.#askForAll(),
      onFrame: (frame) => this.#receive(frame),
    });
    this.#link.onState(({ name }) => (name === "polling" ? this.#poller.start() : this.#poller.stop()));
  }

  /** @returns {import("./client/link.js").ConnectionState} */
  get state() {
    return this.#link.state;
  }

  /**
   * Call `listener` with the state now and whenever it changes.
   * @param {(state: import("./client/link.js").ConnectionState) => void} listener
   * @returns {() => void} stops it
   */
  onState(listener) {
    return this.#link.onState(listener);
  }

  /** Follow one résumé from the event after `after` until its end; see client.d.ts. */
  watchResume(resumeId, { after = 0, ...handlers } = {}) {
    return this.#watch({ kind: "resume", resumeId }, after, handlers);
  }

  /** Follow all résumés from the event after the feed's number `after`; see client.d.ts. */
  watchFeed({ after = 0, includeParsed = false, ...handlers } = {}) {
    return this.#watch({ kind: "feed", includeParsed }, after, handlers);
  }

  /** End a watch, or all watches of a résumé. @param {(() => void) | string} watch what `watch…` gave, or an id */
  unwatch(watch) {
    if (typeof watch === "function") watch();
    else for (const stop of [...this.#stops]) if (stop.resumeId === watch) stop();
  }

  /** Upload one file, again where its answer was lost; see client.d.ts. */
  upload(file, options = {}) {
    return upload(file, { random: this.#random, ...options, base: this.#base });
  }

  /** End all watches and close. */
  close() {
    for (const stop of [...this.#stops]) stop();
    this.#link.close();
  }

  #watch(what, after, { signal, ...handlers }) {
    const key = Topic.key(what);
    let stop = null;
    const listener = new Listener(handlers, () => this.#stops.delete(stop));
    stop = handle(listener, signal);
    stop.resumeId = what.resumeId;
    if (listener.isOver) return stop; // its signal was aborted before it began
    const topic = this.#topics.get(key) ?? this.#newTopic(what);
    this.#topics.set(key, topic);
    const isNews = topic.add(listener, after, what);
    listener.onLeave = () => this.#leave(key, topic, listener);
    this.#stops.add(stop);
    if (isNews) this.#link.send(topic.ask());
    return stop;
  }

  #newTopic(what) {
    const topic = new Topic(what);
    topic.refused = (error) => this.#refused(topic, error);
    topic.onDoubt = () => this.#link.send(topic.ask());
    topic.onEmpty = () => this.#topics.get(Topic.key(topic)) === topic && this.#topics.delete(Topic.key(topic));
    return topic;
  }

  #leave(key, topic, listener) {
    if (!topic.delete(listener) || !topic.isEmpty || this.#topics.get(key) !== topic) return;
    this.#topics.delete(key);
    this.#link.send(topic.farewell);
  }

  #askForAll() {
    for (const [key, topic] of this.#topics) {
      if (topic.isEmpty) this.#topics.delete(key);
      else this.#link.send(topic.ask());
    }
  }

  #receive(frame) {
    const topic = this.#topics.get(Topic.keyOf(frame));
    if (!topic) return;
    if (frame.type === "error" && frame.data.close_code) {
      const { error_code: code, error_message: message, retryable } = frame.data;
      this.#refused(topic, { code, message, retryable });
    } else {
      topic.take(frame);
    }
  }

  #refused(topic, error) {
    const key = Topic.key(topic);
    const isWanted = () => this.#topics.get(key) === topic && !topic.isEmpty;
    if (LOST_POSITION.has(error.code) && topic.restart()) {
      this.#link.send(topic.ask());
    } else if (error.retryable) {
      setTimeout(() => isWanted() && this.#link.send(topic.ask()), delayMs(2, this.#random));
    } else {
      this.#topics.delete(key);
      topic.refuse(error);
    }
  }
}
