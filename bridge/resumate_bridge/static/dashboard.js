/**
 * All résumés, each with its state as it is now: found, filtered, ordered, and dealt with.
 * @module
 */

import { cardOf } from "./card.js";
import { announce, el } from "./dom.js";
import { sentence } from "./format.js";
import { listControls } from "./list_controls.js";
import { everything, letsThrough, searchOf, showsNewestFirst } from "./list_query.js";
import { cancel, list, remove, retry } from "./resumes.js";
import { STRINGS } from "./strings.js";
import { strip } from "./strip.js";
import { tabs } from "./tabs.js";
import { toast } from "./toasts.js";

const PAGE_SIZE = 50;
const REFRESH_MS = 300;
const MAX_EARLY_FRAMES = 1_000;

/**
 * @param {import("./client.js").Client} client
 * @returns {{node: HTMLElement, refresh: () => void, close: () => void}}
 */
export function dashboard(client) {
  const words = STRINGS.list;
  const cards = new Map();
  const gone = new Set(); // removed here, perhaps not yet there
  const early = new Map(); // latest frames of résumés that are not listed yet: an answer under way may be older
  const items = el("ul.rows");
  const more = el("button.button.quiet", { type: "button", hidden: true }, words.more);
  const empty = el("div.empty", { hidden: true });
  const total = el("span.total", { role: "status" });
  const leaving = new AbortController();
  const others = tabs(({ id, what }) => {
    if (what === "removed") now.drop(id);
    soon();
  });
  let query = everything();
  let nextPage = "";
  let asked = 0;
  let timer = 0;
  let nowTimer = 0;
  let isWatching = false;
  const controls = listControls(query, (changed) => {
    query = changed;
    refresh();
  });
  const section = el(
    "section.recent",
    { hidden: true, "aria-label": words.heading },
    el("header", {}, el("h2", {}, words.heading), total),
    controls,
    empty,
    items,
    more,
  );

  function take(resume) {
    const card = cards.get(resume.id) ?? cardOf(resume, actions);
    cards.set(resume.id, card);
    card.learn(resume);
    now.offer(resume);
    const frame = early.get(resume.id);
    early.delete(resume.id);
    if (frame) count(card, frame);
    return card.node;
  }

  async function refresh() {
    clearTimeout(timer);
    timer = 0;
    asked += 1;
    const mine = asked;
    const page = await list(searchOf(query, { pageSize: Math.max(PAGE_SIZE, shownAtMost()) })).catch(() => null);
    if (!page || mine !== asked || leaving.signal.aborted) return; // the connection line says that the service is away
    const shown = page.resumes.filter(({ id }) => !gone.has(id)).map(take);
    items.replaceChildren(...shown);
    nextPage = page.next_page_token;
    tell(page.total_size);
    section.hidden = false;
    now.refresh();
    if (!isWatching) watch(page.resumes);
  }

  // Who has asked for more keeps it when the list is read again.
  function shownAtMost() {
    return Math.min(items.childElementCount, 1_000);
  }

  function tell(count) {
    more.hidden = !nextPage;
    total.textContent = count ? words.total(count) : "";
    const isSearch = query.text.trim() || query.filter !== "all";
    const steps = el("ol", {}, ...words.steps.map((step) => el("li", {}, step)));
    empty.replaceChildren(el("p", {}, isSearch ? words.noneFound : words.none), ...(isSearch ? [] : [steps]));
    empty.hidden = items.childElementCount > 0;
    controls.hidden = !isSearch && !count;
  }

  // From the newest event that the list knows of: what comes after it is news, also of those listed.
  function watch(resumes) {
    isWatching = true;
    client.watchFeed({
      after: Math.max(0, ...resumes.map((resume) => resume.progress?.feed_sequence ?? 0)),
      includeParsed: true,
      onFrame,
      onPoll: soon,
      signal: leaving.signal,
    });
  }

  function onFrame(frame) {
    if (!now.advance(frame)) nowSoon();
    const card = cards.get(frame.resume_id);
    if (!card) return keep(frame);
    const before = card.progress();
    count(card, frame);
    if (!letsThrough(query, card.progress().state) && letsThrough(query, before.state)) soon();
  }

  // Its end is told by the event and not by the state: the list may have told that first.
  function count(card, frame) {
    card.advance(frame);
    if (frame.type === "complete") tellEnd(card, words.ready, "good");
    else if (frame.type === "error") tellEnd(card, words.failed, "bad");
  }

  function keep(frame) {
    early.delete(frame.resume_id);
    early.set(frame.resume_id, frame);
    if (early.size > MAX_EARLY_FRAMES) early.delete(early.keys().next().value);
    // A new one; older ones are not on this page. Where others stand first it waits for the next look.
    if (frame.stage === "queued" && showsNewestFirst(query)) soon();
  }

  function nowSoon() {
    nowTimer ||= setTimeout(() => {
      nowTimer = 0;
      now.refresh();
    }, REFRESH_MS);
  }

  function soon() {
    timer ||= setTimeout(refresh, REFRESH_MS);
  }

  function tellEnd({ id, filename }, sentenceOf, tone) {
    toast(sentenceOf(filename), { name: filename, href: `#/resumes/${id}`, tone });
    announce(sentenceOf(filename));
  }

  const actions = {
    retry: (id) => act(retry(id)),
    cancel: (id) => act(cancel(id)),
    remove(card) {
      const { id, filename, node: row } = card;
      gone.add(id);
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      cards.get(id)?.node.remove();
      now.drop(id);
      (next?.querySelector("a") ?? controls.querySelector("input")).focus();
      toast(words.removed(filename), {
        name: filename,
        label: STRINGS.saving.undo,
        onAction() {
          gone.delete(id);
          soon();
        },
        onGone: () => act(remove(id).then(() => others.tell({ id, what: "removed" }))),
      });
    },
  };

  async function act(request) {
    try {
      await request;
    } catch (refusal) {
      gone.clear(); // what was refused is still there
      if (refusal.code !== "WRONG_STATE") toast(sentence(refusal.message || STRINGS.uploads.NO_ANSWER), { tone: "bad" });
    }
    if (!leaving.signal.aborted) soon();
  }

  more.addEventListener("click", async () => {
    const mine = asked;
    const page = await list(searchOf(query, { pageSize: PAGE_SIZE, pageToken: nextPage })).catch(() => null);
    if (!page || mine !== asked) return;
    items.append(...page.resumes.filter(({ id }) => !gone.has(id)).map(take));
    nextPage = page.next_page_token;
    tell(page.total_size);
  });
  const now = strip(actions);
  refresh();
  const unlisten = client.onState(({ name }) => {
    if (name === "live" && section.hidden) soon(); // the service was away when the list was asked for
  });
  return {
    node: el("div", {}, now.node, section),
    refresh: soon,
    close() {
      leaving.abort();
      unlisten();
      others.close();
      now.close();
      clearTimeout(timer);
      clearTimeout(nowTimer);
    },
  };
}
