/**
 * What is going on now: résumés at work, and those that ended within the last five minutes.
 * @module
 */

import { cardOf } from "./card.js";
import { el } from "./dom.js";
import { hasEnded } from "./progress.js";
import { list } from "./resumes.js";
import { STRINGS } from "./strings.js";

const STAYS_MS = 5 * 60_000;
const MOST = 12;
const RUNNING = new URLSearchParams({ state: "queued,processing", page_size: MOST });

/**
 * @param {import("./card.js").Actions} actions
 * @returns {{node: HTMLElement, refresh: () => Promise<void>, advance: (frame: object) => boolean, drop: (id: string) => void, close: () => void}}
 *   `advance` tells whether it shows that résumé
 */
export function strip(actions) {
  const cards = new Map();
  const timers = new Map();
  const items = el("ul.cards");
  const others = el("p.hint", { hidden: true });
  const node = el("section.strip", { hidden: true, "aria-label": STRINGS.strip.heading }, el("h2", {}, STRINGS.strip.heading), items, others);

  function drop(id) {
    clearTimeout(timers.get(id));
    timers.delete(id);
    cards.get(id)?.node.remove();
    cards.delete(id);
    node.hidden = cards.size === 0;
  }

  function settle(card) {
    const isOver = hasEnded(card.progress());
    if (isOver && !timers.has(card.id)) timers.set(card.id, setTimeout(() => drop(card.id), STAYS_MS));
    if (!isOver) {
      clearTimeout(timers.get(card.id)); // tried again
      timers.delete(card.id);
    }
  }

  async function refresh() {
    const page = await list(RUNNING).catch(() => null);
    if (!page) return;
    for (const resume of page.resumes) {
      const card = cards.get(resume.id) ?? cardOf(resume, actions);
      if (!cards.has(resume.id)) items.append(card.node);
      cards.set(resume.id, card);
      card.learn(resume);
      settle(card);
    }
    others.hidden = page.total_size <= page.resumes.length;
    others.textContent = STRINGS.strip.others(page.total_size - page.resumes.length);
    node.hidden = cards.size === 0;
  }

  return {
    node,
    refresh,
    drop,
    advance(frame) {
      const card = cards.get(frame.resume_id);
      if (!card) return false;
      card.advance(frame);
      settle(card);
      return true;
    },
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
