/**
 * The wait: stages, overall percent, what is being done, and how long it will take.
 * @module
 */

import { announce, bar, el } from "./dom.js";
import { duration, size } from "./format.js";
import { STAGES } from "./progress.js";
import { STRINGS } from "./strings.js";

/**
 * @param {object} resume
 * @param {{onCancel: () => void}} actions
 * @returns {{node: HTMLElement, queue: (place: number) => void, update: (progress: import("./progress.js").Progress) => void}}
 *   `queue` gets the place in line, 1 = next
 */
export function processingView(resume, { onCancel }) {
  const figure = el("p.figure", { "aria-hidden": "true" });
  const overall = bar(resume.filename);
  const message = el("p.message");
  const remaining = el("p.remaining");
  const rows = new Map(STAGES.map((stage) => [stage, stageRow(stage)]));
  const cancel = el("button.button", { type: "button", onclick: () => stop() }, STRINGS.processing.cancel);
  let announced = "";
  let place = 0;
  let known = null;

  function stop() {
    cancel.disabled = true;
    onCancel();
  }

  const node = el(
    "section.processing",
    {},
    el("h1", { tabindex: "-1", dir: "auto" }, resume.filename),
    el("p.facts", {}, size(resume.size_bytes)),
    el(
      "div.card",
      {},
      el("div.overall", {}, figure, el("div", {}, message, remaining)),
      overall.node,
      el("ol.stages", {}, ...[...rows.values()].map((row) => row.node)),
    ),
    el("p.actions", {}, cancel),
  );
  function tell() {
    const words = STRINGS.processing;
    const isInLine = known?.state === "queued" && place > 0;
    message.textContent = isInLine ? words.place(place) : known?.message || words.waiting;
  }

  return {
    node,
    queue(now) {
      place = now;
      tell();
    },
    update(progress) {
      known = progress;
      figure.textContent = `${progress.percent}%`;
      overall.set(progress.percent, `${progress.percent}%`);
      tell();
      const left = duration(progress.remainingSeconds);
      remaining.textContent = left ? STRINGS.processing.remaining(left) : "";
      for (const [stage, row] of rows) row.update(progress.stages[stage]);
      cancel.hidden = progress.state === "succeeded";
      node.classList.toggle("done", progress.state === "succeeded");
      const running = STAGES.find((stage) => progress.stages[stage].course === "running");
      if (running && running !== announced) announce(STRINGS.processing.announce(STRINGS.stages[running]));
      announced = running ?? announced;
    },
  };
}

function stageRow(stage) {
  const name = STRINGS.stages[stage];
  const progress = bar(name);
  const state = el("span.course");
  const node = el("li", {}, el("span.name", {}, name), state, progress.node);
  return {
    node,
    update({ percent, course }) {
      const word = STRINGS.courses[course];
      const text = typeof word === "function" ? word(percent) : word;
      node.dataset.course = course;
      state.textContent = text;
      progress.set(percent, text);
    },
  };
}
