/**
 * What is watched, and by whom: each listener gets every frame after its own position once. Pure.
 * @module
 */

const ENDS = new Set(["complete", "error", "cancelled"]);

/**
 * One résumé, or the feed. The server knows it once, however many listen; it is asked for from the position of the
 * listener that has seen least.
 */
export class Topic {
  epoch = "";
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

  /** The command that asks the bridge for it. */
  get command() {
    const { position: after, epoch } = this;
    if (this.kind === "feed") return { type: "watch_feed", after, epoch, include_parsed: this.includeParsed };
    return { type: "watch_resume", resume_id: this.resumeId, after, epoch };
  }

  /** The command that asks for no more. */
  get farewell() {
    return this.kind === "feed" ? { type: "unwatch_feed" } : { type: "unwatch_resume", resume_id: this.resumeId };
  }

  /** Hand a frame to those who have not seen it; a résumé's end is the last that its listeners hear. */
  take(frame) {
    if (frame.type === "heartbeat") {
      this.epoch = frame.epoch ?? this.epoch;
      return;
    }
    if (!frame.stage) return;
    const number = this.kind === "feed" ? frame.feed_sequence : frame.sequence;
    const isLast = this.kind === "resume" && ENDS.has(frame.type);
    for (const [listener, position] of [...this.#listeners]) {
      if (number <= position) continue;
      this.#listeners.set(listener, number);
      if (isLast) this.#listeners.delete(listener);
      listener.hear(frame, isLast);
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
