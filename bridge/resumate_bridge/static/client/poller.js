/**
 * Asks by HTTP what the WebSocket would have brought, while there is none.
 * @module
 */

const POLL_MS = 2_000;
const TIMEOUT_MS = 10_000;

export class Poller {
  #base;
  #fetch;
  #topics;
  #timer = 0;
  #leaving = null;

  /**
   * @param {{base: string, fetch: typeof fetch, topics: () => Iterable<object>}} options
   *   `topics` gives what is asked for, each with `resumeId`, `position`, `epoch`, `take`, `refuse` and `poll`
   */
  constructor({ base, fetch: fetcher, topics }) {
    this.#base = base;
    this.#fetch = fetcher;
    this.#topics = topics;
  }

  start() {
    if (this.#leaving) return;
    this.#leaving = new AbortController();
    this.#timer = setTimeout(() => this.#round(this.#leaving.signal), 0);
  }

  /** Stop; answers that are under way are not heard. */
  stop() {
    clearTimeout(this.#timer);
    this.#leaving?.abort();
    this.#leaving = null;
  }

  async #round(signal) {
    await Promise.allSettled([...this.#topics()].map((topic) => this.#ask(topic, signal)));
    if (!signal.aborted) this.#timer = setTimeout(() => this.#round(signal), POLL_MS);
  }

  async #ask(topic, leaving) {
    if (topic.kind === "feed") {
      topic.poll();
      return;
    }
    const path = `/v1/resumes/${encodeURIComponent(topic.resumeId)}/progress`;
    const query = new URLSearchParams({ after: topic.position, epoch: topic.epoch });
    // A request that hangs would end the polling of all.
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), leaving]);
    const response = await this.#fetch(`${this.#base}${path}?${query}`, { signal });
    const body = await response.json();
    if (leaving.aborted) return;
    if (response.ok) {
      topic.epoch = body.epoch;
      for (const frame of body.events) topic.take(frame);
    } else if (response.status < 500 && response.status !== 429) {
      topic.refused({ code: body.error.code, message: body.error.message, retryable: false });
    }
  }
}
