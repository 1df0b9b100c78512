/**
 * The recent résumés, each with its state as it is now.
 * @module
 */

import { bar, el } from "./dom.js";
import { ago, size } from "./format.js";
import { advance, hasEnded, latestFrame, unknown } from "./progress.js";
import { list } from "./resumes.js";
import { STRINGS } from "./strings.js";

const REFRESH_MS = 300;
const MAX_EARLY_FRAMES = 1_000;

/**
 * @param {import("./client.js").Client} client
 * @returns {{node: HTMLElement, refresh: () => void, close: () => void}}
 */
export function recentList(client) {
  const rows = new Map();
  const early = new Map(); // latest frames of résumés that are not listed yet: an answer under way may be older
  const items = el("ul.rows");
  const more = el("button.button.quiet", { type: "button", hidden: true }, STRINGS.start.more);
  const empty = el("p.hint", { hidden: true }, STRINGS.start.none);
  const node = el("section.recent", { hidden: true }, el("h2", {}, STRINGS.start.recent), empty, items, more);
  const leaving = new AbortController();
  let timer = 0;
  let nextPage = "";
  let older = []; // what "Show more" has brought
  let isWatching = false;

  function take(resume) {
    const row = rows.get(resume.id) ?? rowOf(resume);
    rows.set(resume.id, row);
    row.learn(resume);
    if (early.has(resume.id)) row.advance(early.get(resume.id));
    early.delete(resume.id);
    return row;
  }

  async function refresh() {
    timer = 0;
    const page = await list().catch(() => null); // the connection line says that the service is away
    if (!page || leaving.signal.aborted) return;
    const shown = page.resumes.map((resume) => take(resume).node);
    items.replaceChildren(...shown, ...older.filter((item) => !shown.includes(item)));
    if (!older.length) nextPage = page.next_page_token;
    node.hidden = false;
    more.hidden = !nextPage;
    empty.hidden = page.resumes.length > 0;
    if (!isWatching) watch(page.resumes);
  }

  // From the newest event that the list knows of: what comes after it is news, also of those listed.
  function watch(resumes) {
    isWatching = true;
    client.watchFeed({
      after: Math.max(0, ...resumes.map((resume) => resume.progress?.feed_sequence ?? 0)),
      onFrame(frame) {
        const row = rows.get(frame.resume_id);
        if (row) row.advance(frame);
        else keep(frame);
      },
      onPoll: soon,
      signal: leaving.signal,
    });
  }

  function keep(frame) {
    early.delete(frame.resume_id);
    early.set(frame.resume_id, frame);
    if (early.size > MAX_EARLY_FRAMES) early.delete(early.keys().next().value);
    if (frame.stage === "queued") soon(); // a new one; older ones are not on this page
  }

  function soon() {
    timer ||= setTimeout(refresh, REFRESH_MS);
  }

  more.addEventListener("click", async () => {
    const page = await list({ pageToken: nextPage });
    older = [...older, ...page.resumes.map((resume) => take(resume).node)];
    items.append(...older);
    nextPage = page.next_page_token;
    more.hidden = !nextPage;
  });

  refresh();
  const unlisten = client.onState(({ name }) => {
    if (name === "live" && node.hidden) soon(); // the service was away when the list was asked for
  });
  return {
    node,
    refresh: soon,
    close() {
      leaving.abort();
      unlisten();
      clearTimeout(timer);
    },
  };
}

function rowOf(resume) {
  const state = el("span.state");
  const progress = bar(resume.filename);
  const time = el("time", { datetime: resume.create_time });
  const link = el(
    "a",
    { href: `#/resumes/${resume.id}` },
    el("span.name", { dir: "auto" }, resume.filename),
    state,
    el("span.meta", {}, size(resume.size_bytes), " · ", time),
    progress.node,
  );
  const node = el("li", {}, link);
  let known = unknown();

  function paint() {
    const isRunning = !hasEnded(known);
    node.dataset.state = known.state;
    state.textContent = STRINGS.states[known.state] + (known.state === "processing" ? `, ${known.percent}%` : "");
    progress.node.hidden = !isRunning;
    progress.set(known.percent);
    time.textContent = ago(resume.create_time);
  }

  return {
    node,
    learn(told) {
      const frame = latestFrame(told);
      if (frame) known = advance(known, frame);
      paint();
    },
    advance(frame) {
      known = advance(known, frame);
      paint();
    },
  };
}
