/**
 * What is watched, and by whom: each listener gets every frame after its own position once, and only such frames as
 * follow from those before. Knows no socket.
 * @module
 */

import { Chain } from "./chain.js";

const ENDS = new Set(["complete", "error", "cancelled"]);

/**
 * One résumé, or the feed. The server knows it once, however many listen; it is asked for from the position of the
 * listener that has seen least.
 */
export class Topic {
  epoch = "";
  /** Called where it has to be asked for again: something was lost or changed on the way. */
  onDoubt = () => {};
  /** Called where nobody listens any more because all has been heard. */
  onEmpty = () => {};
  /** Called where it cannot go on. @type {(error: {code: string, message: string, retryable: boolean}) => void} */
  refused = () => {};
  #chain = new Chain();
  #checks = Promise.resolve(); // one after the other: frames keep their order
  #unchecked = 0;
  #doubted = -1; // position after which what came did not follow
  #listeners = new Map(); // listener → position

  /** @param {{kind: "resume", resumeId: string} | {kind: "feed", includeParsed: boolean}} what */
  constructor(what) {
    Object.assign(this, what);
  }

  /** The key under which frames of this topic are found. */
  static key({ kind, resumeId }) {
    return kind === "feed" ? "feed" : `resume ${resumeId}`;
  }

  /** The key of the topic that a frame belongs to. */
  static keyOf(frame) {
    return "feed_sequence" in frame ? "feed" : `resume ${frame.resume_id}`;
  }

  get isEmpty() {
    return this.#listeners.size === 0;
  }

  /** Where to ask from: all listeners have seen what is up to here. */
  get position() {
    return this.isEmpty ? 0 : Math.min(...this.#listeners.values());
  }

  /** @returns {boolean} whether the server has to be asked for more than before */
  add(listener, after, { includeParsed = false } = {}) {
    const isNews = this.isEmpty || after < this.position || (includeParsed && !this.includeParsed);
    if (this.isEmpty) this.#chain = new Chain(after);
    this.includeParsed ||= includeParsed;
    this.#listeners.set(listener, after);
    return isNews;
  }

  /** @returns {boolean} whether it had listened */
  delete(listener) {
    return this.#listeners.delete(listener);
  }

  /** Forget all positions: they count in a log that is no more. @returns {boolean} whether there were any */
  restart() {
    const began = [...this.#listeners.values()].some((position) => position > 0);
    for (const listener of this.#listeners.keys()) this.#listeners.set(listener, 0);
    this.epoch = "";
    return began;
  }

  /** The command that asks the bridge for it; what comes from now on is what it asks for. */
  ask() {
    const { position: after, epoch } = this;
    if (this.kind === "feed") return { type: "watch_feed", after, epoch, include_parsed: this.includeParsed };
    this.#chain = new Chain(after, after === this.#chain.position ? this.#chain.digest : "");
    return { type: "watch_resume", resume_id: this.resumeId, after, epoch };
  }

  /** The command that asks for no more. */
  get farewell() {
    return this.kind === "feed" ? { type: "unwatch_feed" } : { type: "unwatch_resume", resume_id: this.resumeId };
  }

  /** Hand a frame to those who have not seen it, if it is what follows; a résumé's end is the last that they hear. */
  take(frame) {
    if (frame.type === "heartbeat") return this.#beat(frame);
    if (!frame.stage) return;
    const chain = this.#chain;
    if (!this.#unchecked && (this.kind === "feed" || !chain.canCheck(frame))) return this.#deliver(frame);
    this.#unchecked += 1;
    this.#checks = this.#checks.then(async () => {
      const agrees = this.kind === "feed" || !chain.canCheck(frame) || (await chain.agrees(frame));
      this.#unchecked -= 1;
      if (agrees) this.#deliver(frame);
      else if (chain === this.#chain) this.#doubt();
    });
  }

  #deliver(frame) {
    const isFeed = this.kind === "feed";
    const number = isFeed ? frame.feed_sequence : frame.sequence;
    const isLast = !isFeed && ENDS.has(frame.type);
    for (const [listener, position] of [...this.#listeners]) {
      // A feed's numbers may have holes. In a résumé's, one beyond the next is of a watch that was asked for earlier.
      if (isFeed ? number <= position : number !== position + 1) continue;
      this.#listeners.set(listener, number);
      if (isLast) this.#listeners.delete(listener);
      listener.hear(frame, isLast);
    }
    if (this.isEmpty) this.onEmpty();
  }

  #beat({ epoch, sequence, digest, queue_position: place = 0 }) {
    this.epoch = epoch ?? this.epoch;
    if (this.kind === "feed") return;
    for (const listener of this.#listeners.keys()) listener.queue(place);
    const { position, digest: ours } = this.#chain;
    const isChanged = digest && ours && sequence === position && digest !== ours;
    if (this.#unchecked) return;
    if (isChanged) this.#doubt();
    else if (sequence > this.position) this.onDoubt(); // one was lost
  }

  // Once it is asked for again; a second time at the same place it is not the way that is at fault.
  #doubt() {
    const { position } = this;
    if (this.#doubted === position) {
      const message = "what comes is not what the service wrote: its digest differs";
      this.refused({ code: "DIGEST_MISMATCH", message, retryable: false });
    } else {
      this.#doubted = position;
      this.onDoubt();
    }
  }

  /** Tell all that it cannot go on, and forget them. */
  refuse(error) {
    const listeners = [...this.#listeners.keys()];
    this.#listeners.clear();
    for (const listener of listeners) listener.refuse(error);
  }

  /** Tell all to look for themselves. */
  poll() {
    for (const listener of this.#listeners.keys()) listener.poll();
  }
}
