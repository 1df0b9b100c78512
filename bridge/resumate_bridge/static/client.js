/**
 * Follows résumés over one WebSocket: resumes from the last number seen, drops repeats, notices a dead link, and polls
 * where WebSockets are blocked. No dependency; also works outside our page.
 * @module
 */

import { delayMs } from "./backoff.js";

const POLL_MS = 2_000;
const POLL_TIMEOUT_MS = 10_000;
const TRIES_BEFORE_POLLING = 3;
const DEFAULT_HEARTBEAT_S = 15;
const ENDS = new Set(["complete", "error", "cancelled"]);
// The server refuses a position that it never gave or no longer has: from the start again, then.
const LOST_POSITION = new Set(["EPOCH_MISMATCH", "HISTORY_GONE"]);

/**
 * @typedef {object} ConnectionState
 * @property {"connecting" | "live" | "reconnecting" | "polling" | "closed"} name
 * @property {number | null} retryAt when the next try is, as Date.now() counts; null where none is planned
 *
 * @typedef {object} Handlers
 * @property {(frame: object) => void} [onFrame] every frame, in order, each once
 * @property {(error: {code: string, message: string}) => void} [onRefused] the watch cannot go on
 * @property {() => void} [onPoll] feed only: WebSockets are blocked, look for yourself
 * @property {AbortSignal} [signal] ends the watch
 */

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
  #Socket;
  #fetch;
  #random;
  #socket = null;
  #watches = new Map();
  #listeners = new Set();
  #state = { name: "connecting", retryAt: null };
  #failures = 0;
  #retryTimer = 0;
  #silenceTimer = 0;
  #pollTimer = 0;
  #heartbeatMs = DEFAULT_HEARTBEAT_S * 1000;
  #wake = () => this.#hurry();

  constructor({ base = globalThis.location?.origin, WebSocket: Socket, fetch: fetcher, random } = {}) {
    this.#base = base;
    this.#Socket = Socket ?? globalThis.WebSocket;
    this.#fetch = fetcher ?? globalThis.fetch.bind(globalThis);
    this.#random = random ?? Math.random;
    globalThis.addEventListener?.("online", this.#wake);
    globalThis.document?.addEventListener("visibilitychange", this.#wake);
    this.#open();
  }

  /** @returns {ConnectionState} */
  get state() {
    return this.#state;
  }

  /**
   * Call `listener` with the state now and whenever it changes.
   * @param {(state: ConnectionState) => void} listener
   * @returns {() => void} stops it
   */
  onState(listener) {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Follow one résumé from the event after `after` until its terminal frame.
   * @param {string} resumeId
   * @param {Handlers & {after?: number}} handlers
   * @returns {() => void} ends the watch
   */
  watchResume(resumeId, { after = 0, ...handlers }) {
    return this.#watch(`resume ${resumeId}`, { kind: "resume", resumeId, position: after, epoch: "", ...handlers });
  }

  /**
   * Follow all résumés from the event after the feed's number `after`.
   * @param {Handlers & {after?: number, includeParsed?: boolean}} handlers
   * @returns {() => void} ends the watch
   */
  watchFeed({ after = 0, includeParsed = false, ...handlers }) {
    return this.#watch("feed", { kind: "feed", includeParsed, position: after, epoch: "", ...handlers });
  }

  /** End all watches and close. */
  close() {
    globalThis.removeEventListener?.("online", this.#wake);
    globalThis.document?.removeEventListener("visibilitychange", this.#wake);
    this.#stopTimers();
    this.#watches.clear();
    this.#drop();
    this.#become("closed");
  }

  #watch(key, watch) {
    this.#watches.set(key, watch);
    if (this.#state.name === "live") this.#subscribe(watch);
    const stop = () => {
      if (this.#watches.get(key) !== watch) return;
      this.#watches.delete(key);
      if (watch.kind === "resume") this.#send({ type: "unwatch_resume", resume_id: watch.resumeId });
      else this.#send({ type: "unwatch_feed" });
    };
    watch.signal?.addEventListener("abort", stop, { once: true });
    return stop;
  }

  // --- the socket ---

  #open() {
    clearTimeout(this.#retryTimer);
    const socket = new this.#Socket(`${this.#base.replace(/^http/, "ws")}/ws`);
    this.#socket = socket;
    this.#listen(); // a handshake that hangs is a dead link too
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#receive(JSON.parse(message.data));
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
  }

  #lost() {
    this.#drop();
    this.#failures += 1;
    const waitMs = delayMs(this.#failures, this.#random);
    this.#retryTimer = setTimeout(() => this.#open(), waitMs);
    if (this.#failures >= TRIES_BEFORE_POLLING) this.#startPolling();
    this.#become(this.#pollTimer ? "polling" : "reconnecting", Date.now() + waitMs);
  }

  #drop() {
    clearTimeout(this.#silenceTimer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #hurry() {
    const isHidden = globalThis.document?.visibilityState === "hidden";
    if (!isHidden && !this.#socket && this.#state.name !== "closed") this.#open();
  }

  #listen() {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#lost(), this.#heartbeatMs * 2);
  }

  #send(command) {
    if (this.#state.name === "live") this.#socket?.send(JSON.stringify(command));
  }

  #subscribe(watch) {
    const { position: after, epoch } = watch;
    if (watch.kind === "feed") this.#send({ type: "watch_feed", after, epoch, include_parsed: watch.includeParsed });
    else this.#send({ type: "watch_resume", resume_id: watch.resumeId, after, epoch });
  }

  // --- what comes ---

  #receive(frame) {
    this.#listen();
    if (frame.type === "connection_established") {
      this.#heartbeatMs = (frame.heartbeat_seconds || DEFAULT_HEARTBEAT_S) * 1000;
      this.#failures = 0;
      this.#stopPolling();
      this.#become("live");
      for (const watch of this.#watches.values()) this.#subscribe(watch);
      return;
    }
    const isFeed = "feed_sequence" in frame;
    const key = isFeed ? "feed" : `resume ${frame.resume_id}`;
    const watch = this.#watches.get(key);
    if (watch) this.#take(key, watch, frame, isFeed ? frame.feed_sequence : frame.sequence);
  }

  #take(key, watch, frame, position) {
    if (frame.type === "heartbeat") {
      watch.epoch = frame.epoch;
    } else if (frame.type === "error" && frame.data.close_code) {
      this.#refused(key, watch, frame.data);
    } else if (frame.stage && position > watch.position) {
      watch.position = position;
      if (watch.kind === "resume" && ENDS.has(frame.type)) this.#watches.delete(key);
      watch.onFrame?.(frame);
    }
  }

  #refused(key, watch, { error_code: code, error_message: message, retryable }) {
    if (LOST_POSITION.has(code) && watch.position > 0) {
      watch.position = 0;
      watch.epoch = "";
      this.#subscribe(watch);
    } else if (retryable) {
      setTimeout(() => this.#watches.get(key) === watch && this.#subscribe(watch), delayMs(2, this.#random));
    } else {
      this.#watches.delete(key);
      watch.onRefused?.({ code, message });
    }
  }

  // --- polling ---

  #startPolling() {
    if (!this.#pollTimer) this.#pollTimer = setTimeout(() => this.#poll(), 0);
  }

  #stopPolling() {
    clearTimeout(this.#pollTimer);
    this.#pollTimer = 0;
  }

  async #poll() {
    const timer = this.#pollTimer;
    await Promise.allSettled([...this.#watches].map(([key, watch]) => this.#pollOne(key, watch)));
    if (this.#pollTimer === timer) this.#pollTimer = setTimeout(() => this.#poll(), POLL_MS);
  }

  async #pollOne(key, watch) {
    if (watch.kind === "feed") {
      watch.onPoll?.();
      return;
    }
    const path = `/v1/resumes/${encodeURIComponent(watch.resumeId)}/progress`;
    const query = new URLSearchParams({ after: watch.position, epoch: watch.epoch });
    // A request that hangs would end the polling of all.
    const signals = [AbortSignal.timeout(POLL_TIMEOUT_MS), watch.signal].filter(Boolean);
    const response = await this.#fetch(`${this.#base}${path}?${query}`, { signal: AbortSignal.any(signals) });
    const body = await response.json();
    if (this.#watches.get(key) !== watch) return;
    if (response.ok) {
      watch.epoch = body.epoch;
      for (const frame of body.events) this.#take(key, watch, frame, frame.sequence);
    } else if (response.status < 500 && response.status !== 429) {
      this.#refused(key, watch, { error_code: body.error.code, error_message: body.error.message, retryable: false });
    }
  }

  #stopTimers() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#silenceTimer);
    this.#stopPolling();
  }

  #become(name, retryAt = null) {
    this.#state = { name, retryAt };
    for (const listener of this.#listeners) listener(this.#state);
  }
}
