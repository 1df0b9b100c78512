/**
 * The values of a result: each with its confidence and its place, and with what can be done to it.
 * @module
 */

import { el } from "./dom.js";
import { grade } from "./findings.js";
import { month, percent } from "./format.js";
import { isDate } from "./inline_editor.js";
import { STRINGS } from "./strings.js";

const LONG = 90;

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
 * @returns {{nodes: HTMLElement[], buttons: Map<string, HTMLElement>}} a card a section, and each value's button
 */
export function valueCards(sections, actions) {
  const buttons = new Map();
  const nodes = sections.map((section) => sectionCard(section, { actions, buttons }));
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

function sectionCard(section, view) {
  const { actions } = view;
  const name = STRINGS.sections[section.name];
  const isList = section.entries.some(({ index }) => index !== null);
  const addEntry = { type: "button", onclick: () => actions.addEntry(section.name) };
  return el(
    "section.card",
    { "aria-label": name },
    el("h2", {}, name, confidenceOf(section.confidence)),
    ...section.entries.map((entry) => entryRows(entry, section, view)),
    isList && el("button.add", addEntry, STRINGS.edit.addEntry(name)),
  );
}

function entryRows(entry, section, view) {
  return el(
    "div.entry",
    {},
    ...entry.values.map((value, index) => valueRow(value, index === 0, view)),
    ...entry.lists.map((list) => listRow(list, view)),
    entryTools(entry, section, view.actions),
  );
}

function valueRow(value, isFirst, view) {
  const label = STRINGS.fields[value.field] ?? value.field;
  const content = [el("span.content", { dir: "auto" }, shown(value)), confidenceOf(value.confidence)];
  const button = valueButton(value, isFirst ? "first" : "plain", view, ...content, el("span.place", {}, ...placeOf(value)));
  const tools = valueTools(value, label, button, view.actions, () => view.actions.clear(value.path, label));
  return el("div.row", {}, el("span.label", {}, label), el("div.cell", {}, button, tools));
}

function listRow({ field, path, values }, view) {
  const isProse = field === "highlights";
  const label = STRINGS.fields[field] ?? field;
  const items = values.map((value, index) => {
    const content = [el("span.content", { dir: "auto" }, value.text), confidenceOf(value.confidence)];
    const button = valueButton(value, isProse ? "prose" : "chip", view, ...content);
    return el(
      "li.cell",
      {},
      button,
      valueTools(value, value.text, button, view.actions, () => view.actions.remove(path, index, value.text)),
    );
  });
  const add = { type: "button", onclick: () => view.actions.addItem(path, values.length) };
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
  return el(
    "span.tools",
    {},
    tool("✎", STRINGS.edit.edit(label), () => actions.edit(button, value)),
    tool("×", STRINGS.edit.remove(label), onRemove),
  );
}

function entryTools(entry, section, actions) {
  const { path, index, missing } = entry;
  const name = STRINGS.edit.entry(STRINGS.sections[section.name], (index ?? 0) + 1);
  const order = index !== null && [
    tool("↑", STRINGS.edit.up(name), () => actions.move(section.name, index, index - 1)),
    tool("↓", STRINGS.edit.down(name), () => actions.move(section.name, index, index + 1)),
    tool("×", STRINGS.edit.remove(name), () => actions.remove(section.name, index, name)),
  ];
  const choice = missing.length > 0 && addField(entry, name, actions);
  return el("div.entry-tools", { "data-entry": path }, choice, ...(order || []));
}

function addField(entry, name, actions) {
  const options = entry.missing.map((field) => el("option", { value: field }, STRINGS.fields[field] ?? field));
  const select = el("select.add", { "aria-label": STRINGS.edit.addTo(name) }, el("option", { value: "" }, STRINGS.edit.add), ...options);
  select.addEventListener("change", () => actions.add(entry, select.value));
  return select;
}

function tool(sign, label, onclick) {
  return el("button.tool", { type: "button", "aria-label": label, title: label, onclick }, sign);
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
