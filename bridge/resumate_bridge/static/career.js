/**
 * What follows from the posts: time worked, seniority, gaps, and a line of time. Shown, never edited.
 * @module
 */

import { timeline } from "./career_time.js";
import { el, svg } from "./dom.js";
import { valueAt } from "./edits.js";
import { month, monthsBetween, period } from "./format.js";
import { STRINGS } from "./strings.js";
import { confidenceOf } from "./values.js";

const LANE = 14;

/**
 * @param {object} parsed
 * @returns {HTMLElement | null} null where nothing follows
 */
export function careerCard(parsed) {
  const words = STRINGS.career;
  const { career } = parsed;
  if (!career?.as_of || !(career.posts.length || career.uncounted.length)) return null;
  const named = (path) => el("bdi", {}, nameOf(parsed, path));
  const level = words.levels[career.seniority?.replace("SENIORITY_", "")];
  const isFromTitle = career.seniority_sources.some((path) => path.endsWith(".title"));
  const rows = [
    career.posts.length > 0 && [words.experience, el("b", {}, monthsBetween(career.months_min, career.months_max))],
    level && [
      words.seniority,
      el("b", {}, level),
      el("span.soft", {}, isFromTitle ? words.fromTitle : words.fromMonths),
      confidenceOf(career.seniority_confidence),
    ],
    career.posts.length > 1 && [words.gaps, ...(career.gaps.length ? career.gaps.map(gapOf) : [el("span.soft", {}, words.noGaps)])],
    career.overlaps.length > 0 && [words.overlaps, ...career.overlaps.map((pair) => overlapOf(pair, named))],
    career.uncounted.length > 0 && [words.uncounted, ...career.uncounted.map((path) => el("span.line", {}, ...around(words.uncountedWhy, named(path))))],
    career.skills.length > 0 && [words.skills, ...career.skills.map(skillOf)],
  ];
  return el(
    "section.card.career",
    { "aria-label": words.heading },
    el("h2", {}, words.heading, el("span.soft", {}, words.asOf(month(career.as_of)))),
    drawn(parsed),
    el("dl", {}, ...rows.filter(Boolean).map(([label, ...values]) => el("div.row", {}, el("dt.label", {}, label), el("dd", {}, ...values)))),
  );
}

function gapOf({ start_month: start, end_month: end, months_min: least, months_max: most }) {
  return el("span.line", {}, STRINGS.career.gap(period(start, end), monthsBetween(least, most)));
}

function overlapOf({ first, second, months_min: least, months_max: most }, named) {
  return el("span.line", {}, ...around(STRINGS.career.overlap, named(first), named(second), monthsBetween(least, most)));
}

function skillOf({ skill, first_year: first, last_year: last }) {
  return el("span.used", { dir: "auto" }, skill, " ", el("span.soft", {}, first === last ? `${first}` : `${first}–${last}`));
}

function drawn(parsed) {
  const { bars, lanes, from, to } = timeline(parsed);
  if (bars.length < 2) return null;
  const words = STRINGS.career;
  const height = lanes * LANE;
  const at = (share) => `${(100 * share).toFixed(2)}%`;
  const shapes = bars.map(({ path, lane, start, length, isGap }) =>
    svg(isGap ? "rect.gap" : "rect.post", { x: at(start), width: at(length), y: lane * LANE + 2, height: isGap ? height - 4 : LANE - 4, rx: 3 }, path && svg("title", {}, nameOf(parsed, path))),
  );
  const posts = words.posts(bars.filter(({ isGap }) => !isGap).length);
  return el(
    "div.timeline",
    { role: "img", "aria-label": words.timeline(posts, month(from), month(to)) },
    svg("svg", { height, width: "100%", "aria-hidden": "true" }, ...shapes),
    el("p.soft", { "aria-hidden": "true" }, el("span", {}, month(from)), el("span", {}, month(to))),
  );
}

function nameOf(parsed, path) {
  const { title, company } = valueAt(parsed, path) ?? {};
  return [title, company].filter(Boolean).join(", ") || STRINGS.career.unnamed;
}

// The words of a sentence with elements in it: each is a direction of its own.
function around(sentence, ...parts) {
  const marks = parts.map((_, index) => String.fromCharCode(0xe000 + index));
  return sentence(...marks).split(/([\ue000-\ue00f])/).map((piece) => parts[marks.indexOf(piece)] ?? piece);
}
