/**
 * Posts and gaps on a line of time: pure.
 * @module
 */

import { valueAt } from "./edits.js";

/**
 * @typedef {object} Bar
 * @property {string} path the post; empty for a gap
 * @property {boolean} isGap
 * @property {number} lane from 0; posts that overlap have different ones
 * @property {number} start as a share of the whole time, 0 to 1
 * @property {number} length likewise
 *
 * @param {object} parsed
 * @returns {{bars: Bar[], lanes: number, from: string, to: string}} `from` and `to` are months, `YYYY-MM`
 */
export function timeline(parsed) {
  const { posts, gaps, as_of: asOf } = parsed.career;
  const spans = posts
    .map((path) => {
      const { start_date: start, end_date: end } = valueAt(parsed, path) ?? {};
      return { path, start: monthOf(start, 1, asOf), end: monthOf(end, 12, asOf) + 1 };
    })
    .filter(({ start, end }) => start < end);
  if (!spans.length) return { bars: [], lanes: 0, from: "", to: "" };
  const from = Math.min(...spans.map(({ start }) => start));
  const to = Math.max(...spans.map(({ end }) => end));
  const placed = (start, end) => ({ start: (start - from) / (to - from), length: (end - start) / (to - from) });
  const ends = []; // of the last post in each lane
  const bars = spans
    .sort((one, other) => one.start - other.start)
    .map(({ path, start, end }) => {
      const free = ends.findIndex((last) => last <= start);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = end;
      return { path, isGap: false, lane, ...placed(start, end) };
    });
  const empty = gaps.map(({ start_month: start, end_month: end }) => ({
    path: "",
    isGap: true,
    lane: 0,
    ...placed(monthOf(start, 1, asOf), monthOf(end, 12, asOf) + 1),
  }));
  return { bars: [...empty, ...bars], lanes: ends.length, from: nameOf(from), to: nameOf(to - 1) };
}

// Months since the year 0; a year without a month begins or ends with `otherwise`.
function monthOf(text, otherwise, asOf) {
  const [year, month = otherwise] = (text === "present" ? asOf : (text ?? "")).split("-").map(Number);
  return year * 12 + month - 1;
}

function nameOf(month) {
  return `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`;
}
