/**
 * The values of a result: each with its confidence and its place, and with what can be done to it.
 * @module
 */

import { el } from "./dom.js";
import { grade } from "./findings.js";
import { month, percent } from "./format.js";
import { isDate } from "./inline_editor.js";
import { menu } from "./menu.js";
import { STRINGS } from "./strings.js";

const LONG = 90;
const SPAN = new Set(["start_date", "end_date"]);

/**
 * @typedef {object} Actions what the values call for
 * @property {(path: string) => void} choose
 * @property {(node: Element, value: {path: string, field: string, text: string}) => void} edit
 * @property {(path: string, label: string) => void} clear
 * @property {(listPath: string, index: number, label: string) => void} remove
 * @property {(listPath: string, from: number, to: number) => void} move
 * @property {(entry: import("./findings.js").Entry, field: string) => void} add
 * @property {(listPath: string, index: number) => void} addItem
 * @property {(section: string) => void} addEntry
 *
 * @param {import("./findings.js").Section[]} sections
 * @param {Actions} actions
 * @param {{isPaged: boolean}} options whether values stand on more than one page
 * @returns {{nodes: HTMLElement[], buttons: Map<string, HTMLElement>}} a card a section, and each value's button
 */
export function valueCards(sections, actions, { isPaged }) {
  const buttons = new Map();
  const nodes = sections.map((section) => sectionCard(section, { actions, buttons, isPaged }));
  return { nodes, buttons };
}

/** @returns {HTMLElement | null} how sure we are, in a figure and a colour */
export function confidenceOf(confidence) {
  if (confidence === null) return null;
  const figure = percent(confidence);
  return el("span.confidence", { "data-grade": grade(confidence), title: STRINGS.review.confidence(figure) }, figure);
}

/** @returns {string} the value as it is shown */
export function shown(value) {
  return isDate(value.field) ? month(value.text) : value.text;
}

/** @returns {string} what a field is called */
export function labelOf(field) {
  return STRINGS.fields[field] ?? field;
}

function sectionCard(section, view) {
  const { actions } = view;
  const name = STRINGS.sections[section.name];
  const isList = section.entries.some(({ index }) => index !== null);
  const addEntry = { type: "button", "data-key": `${section.name}+`, onclick: () => actions.addEntry(section.name) };
  return el(
    "section.card",
    { "aria-label": name },
    el("h2", {}, name, confidenceOf(section.confidence)),
    ...section.entries.map((entry) => entryRows(entry, section, view)),
    isList && el("button.add", addEntry, STRINGS.edit.addEntry),
  );
}

function entryRows(entry, section, view) {
  const span = entry.values.filter(({ field }) => SPAN.has(field));
  const single = entry.values.filter(({ field }) => !SPAN.has(field));
  const isProse = ({ field }) => field === "description" || field === "summary";
  const row = (value) => valueRow(value, value === entry.values[0], view);
  return el(
    "div.entry",
    {},
    ...single.filter((value) => !isProse(value)).map(row),
    span.length > 0 && spanRow(span, view),
    ...single.filter(isProse).map(row),
    ...entry.lists.map((list) => listRow(list, view)),
    entryTools(entry, section, view.actions),
  );
}

function valueRow(value, isFirst, view) {
  return el("div.row", {}, el("span.label", {}, labelOf(value.field)), valueCell(value, isFirst ? "first" : "plain", view));
}

// When it began and when it ended, as one line.
function spanRow(values, view) {
  const [first, ...rest] = values.map((value) => valueCell(value, "date", view));
  const label = values.length > 1 ? STRINGS.fields.dates : labelOf(values[0].field);
  return el("div.row", {}, el("span.label", {}, label), el("div.span", {}, first, ...rest.flatMap((cell) => [el("span.dash", {}, "–"), cell])));
}

function valueCell(value, kind, view) {
  const label = labelOf(value.field);
  const name = el("span.unseen", {}, `${label}: `);
  const content = [el("span.content", { dir: "auto" }, shown(value)), confidenceOf(value.confidence), placeOf(value, view)];
  const button = valueButton(value, kind, view, name, ...content);
  return el("div.cell", {}, button, valueTools(value, label, button, view.actions, () => view.actions.clear(value.path, label)));
}

function listRow({ field, path, values }, view) {
  const isProse = field === "highlights";
  const label = labelOf(field);
  const items = values.map((value, index) => {
    const content = [el("span.content", { dir: "auto" }, value.text), confidenceOf(value.confidence)];
    const button = valueButton(value, isProse ? "prose" : "chip", view, ...content);
    const remove = () => view.actions.remove(path, index, value.text);
    return el("li.cell", {}, button, valueTools(value, value.text, button, view.actions, remove));
  });
  const add = { type: "button", "data-key": `${path}+`, onclick: () => view.actions.addItem(path, values.length) };
  const last = el("li", {}, el("button.add", { ...add, "aria-label": STRINGS.edit.addTo(label) }, STRINGS.edit.add));
  return el("div.row", {}, el("span.label", {}, label), el(isProse ? "ul.prose" : "ul.chips", {}, ...items, last));
}

function valueButton(value, kind, { actions, buttons }, ...content) {
  const button = el(
    `button.value.${kind}`,
    {
      type: "button",
      "aria-pressed": "false",
      "data-path": value.path,
      "data-key": value.path,
      onclick: () => actions.choose(value.path),
      ondblclick: () => actions.edit(button, value),
      onkeydown: (event) => {
        if (event.key !== "F2") return;
        event.preventDefault();
        actions.edit(button, value);
      },
    },
    ...content,
  );
  buttons.set(value.path, button);
  return button;
}

function valueTools(value, label, button, actions, onRemove) {
  const { edit, remove, editSign, removeSign } = STRINGS.edit;
  return el("span.tools", {}, tool(editSign, edit(label), () => actions.edit(button, value)), tool(removeSign, remove(label), onRemove));
}

function entryTools(entry, section, actions) {
  const { path, index, missing } = entry;
  const words = STRINGS.edit;
  const name = words.entry(STRINGS.sections[section.name], (index ?? 0) + 1);
  const move = (to) => () => actions.move(section.name, index, to);
  const order = index !== null && [
    tool(words.upSign, words.up(name), move(index - 1), { "data-key": `${path} up`, disabled: index === 0 }),
    tool(words.downSign, words.down(name), move(index + 1), { "data-key": `${path} down`, disabled: index === section.count - 1 }),
    tool(words.removeSign, words.remove(name), () => actions.remove(section.name, index, name)),
  ];
  const choose = missing.map((field) => el("button", { type: "button", onclick: () => actions.add(entry, field) }, labelOf(field)));
  const adding = missing.length > 0 && menu(el("summary.add", { "aria-label": words.addTo(name) }, words.add), choose);
  return el("div.entry-tools", { "data-entry": path }, adding, ...(order || []));
}

function tool(sign, label, onclick, more = {}) {
  return el("button.tool", { type: "button", "aria-label": label, title: label, onclick, ...more }, sign);
}

// The line in which it stands, where that tells more than the value itself.
function placeOf(value, { isPaged }) {
  const words = STRINGS.review;
  const { before, match, after } = value.snippet ?? {};
  const isDoubtful = value.confidence !== null && grade(value.confidence) !== "high" && (before || after);
  const isOther = match !== value.text && !isDate(value.field); // a date is always written in another way
  const isWorthSaying = match && value.text.length < LONG && (isDoubtful || isOther);
  const parts = [
    isPaged && value.page > 0 && words.page(value.page),
    value.found === "link" && words.inLink,
    value.found === "none" && words.noPlace,
  ].filter(Boolean);
  if (!parts.length && !isWorthSaying) return null;
  const line = isWorthSaying && el("q", { dir: "auto" }, before, el("b", {}, match), after);
  return el("span.place", {}, parts.join(", "), parts.length > 0 && line && " · ", line);
}
