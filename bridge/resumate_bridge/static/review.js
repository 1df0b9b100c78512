/**
 * The result: values with confidence and place on one side, the document's text on the other.
 * @module
 */

import { el } from "./dom.js";
import { findings, grade } from "./findings.js";
import { month, percent, sentence } from "./format.js";
import { exportUrl, fileUrl } from "./resumes.js";
import { STRINGS } from "./strings.js";
import { textPane } from "./text_pane.js";

const LONG = 90;
const DATES = new Set(["start_date", "end_date", "date"]);

/**
 * @param {object} resume succeeded, with its result
 * @param {{onRetry: () => void}} actions
 * @returns {HTMLElement}
 */
export function reviewView(resume, { onRetry }) {
  const { text, sections, places } = findings(resume.parsed);
  const buttons = new Map();
  const pane = textPane(text, places, (path) => choose(path, true));

  function choose(path, isFromText) {
    for (const [key, button] of buttons) button.setAttribute("aria-pressed", key === path);
    pane.show(path);
    buttons.get(path)?.scrollIntoView({ block: "nearest" });
    if (isFromText) buttons.get(path)?.focus({ preventScroll: true });
  }

  function valueButton(value, kind, ...content) {
    const button = el(
      `button.value.${kind}`,
      { type: "button", "aria-pressed": "false", "data-path": value.path, onclick: () => choose(value.path, false) },
      ...content,
    );
    buttons.set(value.path, button);
    return button;
  }

  const values = el(
    "div.values",
    {},
    warnings(resume.parsed.warnings ?? []),
    ...sections.map((section) => sectionOf(section, valueButton)),
    sections.length === 0 && el("p.hint", {}, STRINGS.review.nothing),
  );
  return el("section.review", {}, head(resume, onRetry), el("div.columns", {}, values, el("aside", {}, pane.node)));
}

function head(resume, onRetry) {
  const { parsed } = resume;
  const name = parsed.personal_info?.full_name || STRINGS.review.unnamed;
  const facts = [resume.filename, parsed.page_count ? STRINGS.review.pages(parsed.page_count) : ""].filter(Boolean);
  const links = STRINGS.review.exports.map(([format, label]) =>
    el("a.button", { href: exportUrl(resume.id, format), download: true }, label),
  );
  return el(
    "header.title",
    {},
    el("div", {}, el("h1", { tabindex: "-1" }, name), el("p.facts", {}, facts.join(" · "))),
    el(
      "p.overall",
      { "data-grade": grade(parsed.confidence_score) },
      el("strong", {}, percent(parsed.confidence_score)),
      ` ${STRINGS.review.overall}`,
    ),
    el(
      "nav.actions",
      { "aria-label": "Downloads" },
      ...links,
      el("a.button", { href: fileUrl(resume.id), download: true }, STRINGS.review.original),
      el("button.button.quiet", { type: "button", onclick: onRetry }, STRINGS.review.again),
    ),
  );
}

function warnings(list) {
  return list.length > 0 && el("ul.warnings", {}, ...list.map(({ message }) => el("li", {}, sentence(message))));
}

function sectionOf(section, valueButton) {
  return el(
    "section.card",
    { "aria-label": STRINGS.sections[section.name] },
    el("h2", {}, STRINGS.sections[section.name], confidenceOf(section.confidence)),
    ...section.entries.map((entry) => entryOf(entry, valueButton)),
  );
}

function entryOf(entry, valueButton) {
  const rows = entry.values.map((value, index) => rowOf(value, index === 0, valueButton));
  return el("div.entry", {}, ...rows, ...entry.lists.map((list) => listOf(list, valueButton)));
}

function rowOf(value, isFirst, valueButton) {
  const shown = DATES.has(value.field) ? month(value.text) : value.text;
  return el(
    "div.row",
    {},
    el("span.label", {}, STRINGS.fields[value.field] ?? value.field),
    valueButton(
      value,
      isFirst ? "first" : "plain",
      el("span.content", { dir: "auto" }, shown),
      confidenceOf(value.confidence),
      el("span.place", {}, ...placeOf(value)),
    ),
  );
}

function listOf({ field, values }, valueButton) {
  const isProse = field === "highlights";
  const items = values.map((value) => {
    const content = [el("span.content", { dir: "auto" }, value.text), confidenceOf(value.confidence)];
    return el("li", {}, valueButton(value, isProse ? "prose" : "chip", ...content));
  });
  return el(
    "div.row",
    {},
    el("span.label", {}, STRINGS.fields[field] ?? field),
    el(isProse ? "ul.prose" : "ul.chips", {}, ...items),
  );
}

function confidenceOf(confidence) {
  if (confidence === null) return null;
  const figure = percent(confidence);
  return el("span.confidence", { "data-grade": grade(confidence), title: STRINGS.review.confidence(figure) }, figure);
}

function placeOf(value) {
  const parts = [];
  if (value.page > 0) parts.push(STRINGS.review.page(value.page));
  if (value.found === "link") parts.push(STRINGS.review.inLink);
  if (value.found === "none") parts.push(STRINGS.review.noPlace);
  const words = [parts.join(", ")];
  const { before, match, after } = value.snippet ?? {};
  if (value.text.length < LONG && (before || after || (match && match !== value.text))) {
    words.push(parts.length ? " · " : "", el("q", { dir: "auto" }, before, el("b", {}, match), after));
  }
  return words;
}
