/**
 * The values to look at first: those that the parser is least sure of.
 * @module
 */

import { el } from "./dom.js";
import { grade } from "./findings.js";
import { STRINGS } from "./strings.js";
import { confidenceOf, labelOf, shown } from "./values.js";

const MOST = 8;

/**
 * @param {import("./findings.js").Section[]} sections
 * @returns {import("./findings.js").Value[]} at most eight, the most doubtful first; none that is sure enough
 */
export function doubtsOf(sections) {
  const all = sections.flatMap(({ entries }) =>
    entries.flatMap(({ values, lists }) => [...values, ...lists.flatMap((list) => list.values)]),
  );
  const doubtful = all.filter(({ confidence }) => confidence !== null && grade(confidence) !== "high");
  return doubtful.sort((one, other) => one.confidence - other.confidence).slice(0, MOST);
}

/**
 * @param {import("./findings.js").Section[]} sections
 * @param {(path: string) => void} onChoose
 * @returns {HTMLElement | null} null where nothing is doubtful
 */
export function doubtsCard(sections, onChoose) {
  const items = doubtsOf(sections).map((value) =>
    el(
      "li",
      {},
      el(
        "button.doubt",
        { type: "button", onclick: () => onChoose(value.path) },
        el("span.label", {}, labelOf(value.field)),
        el("span.content", { dir: "auto" }, shown(value)),
        confidenceOf(value.confidence),
      ),
    ),
  );
  if (!items.length) return null;
  const heading = STRINGS.review.doubts;
  return el("section.card.doubts", { "aria-label": heading }, el("h2", {}, heading), el("ul", {}, ...items));
}
