/**
 * What stands above a result: whose it is, how sure we are, and the ways out.
 * @module
 */

import { el } from "./dom.js";
import { grade } from "./findings.js";
import { percent } from "./format.js";
import { menu } from "./menu.js";
import { exportUrl, fileUrl } from "./resumes.js";
import { STRINGS } from "./strings.js";

/**
 * @param {object} resume
 * @param {HTMLElement} heading
 * @returns {HTMLElement}
 */
export function reviewHead({ filename, parsed }, heading) {
  const words = STRINGS.review;
  return el(
    "header.title",
    {},
    el("div", {}, heading, el("p.facts", {}, el("bdi", {}, filename), parsed.page_count ? ` · ${words.pages(parsed.page_count)}` : "")),
    el(
      "p.overall",
      { "data-grade": grade(parsed.confidence_score) },
      el("strong", {}, percent(parsed.confidence_score)),
      ` ${words.overall}`,
    ),
  );
}

/**
 * @param {string} id the résumé
 * @param {() => void} onRetry
 * @returns {HTMLElement} exports, the original, and another attempt
 */
export function waysOut(id, onRetry) {
  const words = STRINGS.review;
  const link = ([format, label, what]) =>
    el("a", { href: exportUrl(id, format), download: true }, el("span", {}, label), el("span.soft", {}, what));
  const exports = menu(el("summary.button", {}, words.export), [
    ...words.exports.map(link),
    el("p.menu-heading", {}, words.redacted),
    ...words.redactedExports.map(link),
    el("hr"),
    el("button", { type: "button", onclick: () => print() }, words.print),
  ]);
  return el(
    "div.actions",
    {},
    exports,
    el("a.button", { href: fileUrl(id), download: true }, words.original),
    el("button.button.quiet", { type: "button", onclick: onRetry }, words.again),
  );
}
