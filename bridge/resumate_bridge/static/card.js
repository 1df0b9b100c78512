/**
 * One résumé in the list: what it is, how far it is, and what can be done with it.
 * @module
 */

import { bar, el } from "./dom.js";
import { ago, size } from "./format.js";
import { advance, hasEnded, latestFrame, unknown } from "./progress.js";
import { STRINGS } from "./strings.js";

/**
 * @typedef {object} Actions
 * @property {(id: string) => void} retry
 * @property {(id: string) => void} cancel
 * @property {(card: Card) => void} remove
 *
 * @typedef {object} Card
 * @property {string} id
 * @property {string} filename
 * @property {HTMLElement} node
 * @property {(resume: object) => void} learn take what the service says of it
 * @property {(frame: object) => void} advance count an event in
 * @property {() => import("./progress.js").Progress} progress
 *
 * @param {object} resume
 * @param {Actions} actions
 * @returns {Card}
 */
export function cardOf(resume, actions) {
  const { id, filename } = resume;
  const words = STRINGS.card;
  const name = el("span.name", { dir: "auto" });
  const detail = el("span.detail", { dir: "auto", hidden: true });
  const state = el("span.state");
  const track = bar(filename);
  const time = el("time", { datetime: resume.create_time });
  const meta = el("span.meta", {}, size(resume.size_bytes), " · ", time);
  const link = el("a", { href: `#/resumes/${id}` }, name, state, detail, meta, track.node);
  const retry = action(words.retry(filename), words.retrySign, () => actions.retry(id));
  const cancel = action(words.cancel(filename), words.cancelSign, () => actions.cancel(id));
  const remove = action(words.remove(filename), words.removeSign, () => actions.remove(card));
  const node = el("li", {}, link, el("span.card-tools", {}, retry, cancel, remove));
  let known = unknown();
  let isDue = false;
  let isUnseen = false; // the browser leaves out what is far from the screen
  let isStale = false;

  node.addEventListener("contentvisibilityautostatechange", ({ skipped }) => {
    isUnseen = skipped;
    if (!isUnseen && isStale) paint();
  });

  // Events come faster than a screen shows them: what is painted is where it stands then; what nobody sees waits, but
  // for another state.
  function paintSoon() {
    isStale = true;
    if (isDue || (isUnseen && node.dataset.state === known.state)) return;
    isDue = true;
    requestAnimationFrame(paint);
  }

  function paint() {
    isDue = isStale = false;
    node.dataset.state = known.state;
    state.textContent = STRINGS.states[known.state] + (known.state === "processing" ? `, ${known.percent}%` : "");
    track.node.hidden = hasEnded(known);
    track.set(known.percent);
    retry.hidden = known.state !== "failed" && known.state !== "cancelled";
    cancel.hidden = hasEnded(known);
    const since = ago(resume.create_time);
    if (time.textContent !== since) time.textContent = since;
  }

  function tell(title, headline) {
    name.textContent = title || filename;
    detail.textContent = [headline, title && filename].filter(Boolean).join(" · ");
    detail.hidden = !detail.textContent;
  }

  const card = {
    id,
    filename,
    node,
    learn(told) {
      const frame = latestFrame(told);
      if (frame) known = advance(known, frame);
      tell(told.person_name, told.headline);
      paint();
    },
    advance(frame) {
      known = advance(known, frame);
      if (frame.type === "complete" && frame.data?.personal_info) {
        tell(frame.data.personal_info.full_name, frame.data.work_experience?.[0]?.title);
      }
      paintSoon();
    },
    progress: () => known,
  };
  return card;
}

function action(label, sign, onclick) {
  return el("button.tool", { type: "button", "aria-label": label, title: label, onclick }, sign);
}
