/**
 * The words of a page, unseen and in their places over its picture, so that they can be selected.
 * @module
 */

import { svg } from "./dom.js";
import { wordsUrl } from "./resumes.js";

const ASCENT = 0.8; // of a line's height: about where most fonts have their baseline

/**
 * @typedef {[text: string, x0: number, y0: number, x1: number, y1: number]} Word
 *
 * @param {string} id the résumé
 * @param {number} page from 1
 * @param {{width: number, height: number}} size of the page in points
 * @param {() => Word[]} otherwise the words of a page whose file has none of its own (a scan)
 * @returns {Promise<SVGElement>}
 */
export async function textLayer(id, page, { width, height }, otherwise) {
  const response = await fetch(wordsUrl(id, page)).catch(() => null);
  const told = response?.ok ? (await response.json()).lines : [];
  const lines = told.length ? told : otherwise().map((word) => [word]);
  return svg("svg.words", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...lines.map(lineOf));
}

/** @returns {Word[]} the lines of a value, each an equal share of its place */
export function linesOf(text, { x0, y0, x1, y1 }) {
  const lines = text.split("\n").filter((line) => line.trim());
  const height = (y1 - y0) / lines.length;
  return lines.map((line, index) => [line, x0, y0 + index * height, x1, y0 + (index + 1) * height]);
}

function lineOf(words) {
  return svg("text", {}, ...words.map((word, index) => wordOf(word, words[index + 1])));
}

// With the blank up to the next word, so that a selection has no holes.
function wordOf([text, x0, y0, x1, y1], next) {
  const height = y1 - y0;
  const isNear = next && next[1] > x1 && next[1] - x1 < height;
  const length = (isNear ? next[1] : x1) - x0;
  const place = { x: x0, y: y0 + ASCENT * height, "font-size": height * ASCENT, textLength: length, lengthAdjust: "spacingAndGlyphs" };
  return svg("tspan", place, isNear ? `${text} ` : text, next && !isNear && svg("tspan", {}, " "));
}
