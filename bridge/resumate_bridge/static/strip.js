/**
 * What is going on now: résumés at work, and those that ended within the last five minutes.
 * @module
 */

import { cardOf } from "./card.js";
import { el } from "./dom.js";
import { hasEnded } from "./progress.js";
import { get, list } from "./resumes.js";
import { STRINGS } from "./strings.js";

const STAYS_MS = 5 * 60_000;
const MOST = 12;
const LOOKS_EVERY_MS = 2_000; // while it is full
const RUNNING = { state: ["queued", "processing"], page_size: MOST };

/**
 * @param {import("./card.js").Actions} actions
 * @returns {Strip}
 *
 * @typedef {object} Strip
 * @property {HTMLElement} node
 * @property {() => Promise<void>} refresh look for what is at work, and for what was heard of and is not known yet
 * @property {(resume: object) => void} offer show a résumé if it is at work or something was just heard of it
 * @property {(frame: object) => boolean} advance count an event in; tells whether there is nothing to look for
 * @property {(id: string) => void} drop
 * @property {() => void} close
 */
export function strip(actions) {
  const cards = new Map();
  const heard = new Map(); // the latest frame of each, and when: a short parse is over before anything else is known of it
  const timers = new Map();
  let running = 0; // as the service counts them
  let lookedAt = 0;
  const items = el("ul.cards");
  const others = el("p.hint", { hidden: true });
  const heading = STRINGS.strip.heading;
  const node = el("section.strip", { hidden: true, "aria-label": heading }, el("h2", {}, heading), items, others);

  function drop(id) {
    stopTimer(id);
    heard.delete(id);
    cards.get(id)?.node.remove();
    cards.delete(id);
    tell();
  }

  function tell() {
    const unseen = running - [...cards.values()].filter(isAtWork).length;
    node.hidden = cards.size === 0;
    others.hidden = cards.size < MOST || unseen <= 0;
    others.textContent = STRINGS.strip.others(unseen);
  }

  const isAtWork = (card) => !hasEnded(card.progress());

  // Room for one more, if need be that of the one that ended first.
  function hasRoom(isRunning) {
    const ended = cards.size >= MOST && isRunning && [...cards.values()].find((card) => !isAtWork(card));
    if (ended) drop(ended.id);
    return cards.size < MOST;
  }

  function stopTimer(id) {
    clearTimeout(timers.get(id));
    timers.delete(id);
  }

  function settle(card) {
    if (!hasEnded(card.progress())) stopTimer(card.id);
    else if (!timers.has(card.id)) timers.set(card.id, setTimeout(() => drop(card.id), STAYS_MS - age(card.id)));
  }

  function age(id) {
    return Date.now() - (heard.get(id)?.at ?? Date.now());
  }

  function offer(resume) {
    const frame = heard.get(resume.id)?.frame;
    const isRunning = resume.state === "STATE_QUEUED" || resume.state === "STATE_PROCESSING";
    if (!cards.has(resume.id) && ((!isRunning && !frame) || !hasRoom(isRunning))) return;
    const card = cards.get(resume.id) ?? cardOf(resume, actions);
    if (!cards.has(resume.id)) items.append(card.node);
    cards.set(resume.id, card);
    card.learn(resume);
    if (frame) card.advance(frame);
    settle(card);
    tell();
  }

  async function refresh() {
    lookedAt = Date.now();
    const page = await list(RUNNING).catch(() => ({ resumes: [], total_size: 0 }));
    running = page.total_size;
    page.resumes.forEach(offer);
    tell();
    for (const id of heard.keys()) if (!cards.has(id) && age(id) >= STAYS_MS) heard.delete(id); // no news any more
    const unknown = [...heard.keys()].filter((id) => !cards.has(id)).slice(0, Math.max(0, MOST - cards.size));
    await Promise.allSettled(unknown.map(async (id) => offer(await get(id, { view: "basic" }))));
  }

  return {
    node,
    refresh,
    offer,
    drop,
    advance(frame) {
      const id = frame.resume_id;
      heard.set(id, { frame, at: Date.now() });
      const card = cards.get(id);
      if (!card) return cards.size >= MOST && Date.now() - lookedAt < LOOKS_EVERY_MS;
      card.advance(frame);
      settle(card);
      return true;
    },
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
