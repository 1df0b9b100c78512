/**
 * One watch as its owner holds it: callbacks, or an async iterator; ended by calling it, by its signal, or by its end.
 * @module
 */

/** A watch that cannot go on, or a parse that did not succeed. `code` is for programs, the message for people. */
export class WatchError extends Error {
  constructor({ code, message, retryable = false }, frame = null) {
    super(message);
    this.name = "WatchError";
    this.code = code;
    this.retryable = retryable;
    this.frame = frame;
  }
}

/** Hears a topic's frames for its owner. */
export class Listener {
  #handlers;
  #reader = null; // who iterates and waits
  #queue = []; // frames that nobody has read yet
  #ended = null; // once it is over: how an iteration ends
  #onEnd;
  /** Called where its owner has had enough. */
  onLeave = () => {};

  /**
   * @param {object} handlers those of `watchResume`; where none takes frames, they are kept for the iterator
   * @param {() => void} onEnd called once, when it is over for whatever reason
   */
  constructor(handlers, onEnd = () => {}) {
    this.#handlers = handlers;
    this.#onEnd = onEnd;
    const { onFrame, onProgress, onComplete, onError, onRefused, onPoll } = handlers;
    this.isRead = !(onFrame || onProgress || onComplete || onError || onRefused || onPoll);
  }

  hear(frame, isLast) {
    const { onFrame, onProgress, onComplete, onError } = this.#handlers;
    onFrame?.(frame);
    if (frame.type === "complete") onComplete?.(frame);
    else if (frame.type === "error" || frame.type === "cancelled") onError?.(failureOf(frame));
    else onProgress?.(frame);
    if (this.isRead) this.#keep(frame);
    if (isLast) this.end({ done: true });
  }

  refuse(error) {
    this.#handlers.onRefused?.(error);
    const failure = new WatchError(error);
    this.#handlers.onError?.(failure);
    this.end({ failure });
  }

  queue(position) {
    this.#handlers.onQueue?.(position);
  }

  poll() {
    this.#handlers.onPoll?.();
  }

  get isOver() {
    return this.#ended !== null;
  }

  /** @param {{done?: true, failure?: unknown}} how */
  end(how) {
    if (this.#ended) return;
    this.#ended = how;
    this.#onEnd();
    this.#wake();
  }

  /** End it because its owner wants to. */
  leave(how) {
    this.onLeave();
    this.end(how);
  }

  /** @returns {Promise<IteratorResult<object>>} */
  async next() {
    while (this.#queue.length === 0) {
      if (this.#ended) return this.#over();
      await new Promise((resolve) => (this.#reader = resolve));
    }
    return { done: false, value: this.#queue.shift() };
  }

  #over() {
    const { failure } = this.#ended;
    this.#ended = { done: true };
    if (failure !== undefined) throw failure;
    return { done: true, value: undefined };
  }

  #keep(frame) {
    if (this.#ended) return;
    this.#queue.push(frame);
    this.#wake();
  }

  #wake() {
    this.#reader?.();
    this.#reader = null;
  }
}

/**
 * Make what a watch's owner holds: a function that ends it, over which one can also iterate.
 * @param {Listener} listener
 * @param {AbortSignal} [signal]
 */
export function handle(listener, signal) {
  const stop = () => listener.leave({ done: true });
  const abort = () => listener.leave({ failure: signal.reason });
  if (signal?.aborted) abort();
  else signal?.addEventListener("abort", abort, { once: true });
  const iterator = {
    next: () => listener.next(),
    return: async () => {
      stop();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return Object.assign(stop, { [Symbol.asyncIterator]: () => iterator });
}

function failureOf(frame) {
  const { error_code: code, error_message: message, retryable } = frame.data ?? {};
  if (frame.type === "error") return new WatchError({ code, message, retryable }, frame);
  return new WatchError({ code: "CANCELLED", message: frame.status ?? "", retryable: true }, frame);
}
