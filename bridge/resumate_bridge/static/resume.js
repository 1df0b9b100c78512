/**
 * One résumé's page: shows the true state at once, then follows it to its end.
 * @module
 */

import { announce, el } from "./dom.js";
import { endedView, problemView } from "./ended.js";
import { processingView } from "./processing.js";
import { advance, hasEnded, latestFrame, unknown } from "./progress.js";
import { cancel, get, retry } from "./resumes.js";
import { STRINGS } from "./strings.js";
import { tabs } from "./tabs.js";

const BEFORE_REVIEW_MS = 1_500;
const reviewing = () => import("./review.js"); // a third of the page: fetched while one waits, not before

/**
 * @param {import("./client.js").Client} client
 * @param {string} id
 * @param {object} [options]
 * @param {boolean} [options.isNew] uploaded just now: its stages are shown even if they are over already
 * @returns {{node: HTMLElement, close: () => void}}
 */
export function resumePage(client, id, { isNew = false } = {}) {
  const node = el("div.page");
  const leaving = new AbortController();
  let progress = unknown();
  let timer = 0;
  let unwatch = () => {};
  let isUnanswered = false;
  let review = null;
  const others = tabs((news) => {
    if (news.id !== id) return;
    if (news.what === "removed") load();
    else review?.refresh();
  });

  async function load() {
    isUnanswered = false;
    try {
      const resume = await get(id);
      if (!leaving.signal.aborted) await settle(resume);
    } catch (refusal) {
      isUnanswered = refusal.code === "NO_ANSWER";
      if (!leaving.signal.aborted) show(problemView(refusal, { onRetry: load }), STRINGS.title);
    }
  }

  async function settle(resume) {
    if (isNew) {
      isNew = false;
      follow(resume);
      return;
    }
    const frame = latestFrame(resume);
    progress = frame ? advance(unknown(), frame) : unknown();
    if (progress.state === "succeeded" && resume.parsed) {
      const { reviewView } = await reviewing().catch(() => {
        throw { code: "NO_ANSWER", message: "" };
      });
      if (leaving.signal.aborted) return;
      review = reviewView(resume, { onRetry: again, onSaved: () => others.tell({ id, what: "changed" }) });
      show(review.node, resume.filename);
    } else if (hasEnded(progress)) show(endedView(resume, progress, { onRetry: again }), resume.filename);
    else follow(resume);
  }

  function follow(resume) {
    const view = processingView(resume, { onCancel: () => act(cancel) });
    show(view.node, resume.filename);
    view.update(progress);
    reviewing().catch(() => {}); // asked for again when it is needed
    unwatch();
    unwatch = client.watchResume(id, {
      after: progress.sequence,
      onFrame(frame) {
        progress = advance(progress, frame);
        view.update(progress);
        document.title = `${progress.percent}% · ${resume.filename}`;
        if (hasEnded(progress)) end();
      },
      onRefused: (refusal) => show(problemView(refusal, { onRetry: load }), STRINGS.title),
      onQueue: view.queue,
      signal: leaving.signal,
    });
  }

  function end() {
    if (progress.state !== "succeeded") {
      load();
      return;
    }
    announce(STRINGS.done);
    timer = setTimeout(() => {
      timer = 0;
      load();
    }, BEFORE_REVIEW_MS);
  }

  const again = () => act(retry);

  // Whatever the answer, the résumé itself says what is true now: it may have ended while the request was under way.
  async function act(request) {
    try {
      await request(id);
    } catch (refusal) {
      if (refusal.code !== "WRONG_STATE") announce(refusal.message);
    }
    if (!leaving.signal.aborted && !timer) await load();
  }

  function show(view, title) {
    if (view !== review?.node) review = null;
    const hadFocus = node.contains(document.activeElement) || document.activeElement === document.body;
    node.replaceChildren(view);
    document.title = `${title} · ${STRINGS.title}`;
    if (hadFocus) view.querySelector("h1")?.focus({ preventScroll: true });
  }

  load();
  const unlisten = client.onState(({ name }) => {
    if (name === "live" && isUnanswered) load();
  });
  return {
    node,
    close() {
      leaving.abort();
      unlisten();
      others.close();
      clearTimeout(timer);
    },
  };
}
