/**
 * A field in which one value is written anew, in the place where it stood.
 * @module
 */

import { el } from "./dom.js";
import { STRINGS } from "./strings.js";

const LONG = new Set(["summary", "description", "highlights"]);
const DATES = new Set(["start_date", "end_date", "date"]);
const DATE = /^(\d{4}(-(0[1-9]|1[0-2]))?|present)?$/;

/** @returns {boolean} whether a field holds a date */
export function isDate(field) {
  return DATES.has(field);
}

/** @returns {string} why the text cannot stand in the field; empty where it can */
export function objectionTo(field, text) {
  return isDate(field) && !DATE.test(text) ? STRINGS.edit.date : "";
}

/**
 * Open an editor in place of a node. Enter and leaving the field keep what was written, Escape does not.
 * @param {Element} node what it stands in for until it is closed
 * @param {object} value
 * @param {string} value.field
 * @param {string} value.text as it is now
 * @param {(text: string | null) => void} onClose gets what was written, null where nothing is to be kept
 */
export function openEditor(node, { field, text }, onClose) {
  const isLong = LONG.has(field) || text.length > 90;
  const label = STRINGS.fields[field] ?? field;
  const note = el("p.objection", { role: "alert", hidden: true });
  const input = el(isLong ? "textarea" : "input", { "aria-label": label, autocomplete: "off", dir: "auto" });
  const form = el("form.editor", {}, input, note);
  let isOpen = true;
  input.value = text;

  function close(kept) {
    if (!isOpen) return;
    isOpen = false;
    form.replaceWith(node);
    onClose(kept);
  }

  function keep() {
    const written = input.value.trim();
    const objection = objectionTo(field, written);
    note.textContent = objection;
    note.hidden = !objection;
    if (!objection) close(written === text ? null : written);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(null);
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      keep();
    }
    event.stopPropagation(); // undo in here is the field's own
  });
  input.addEventListener("blur", () => (objectionTo(field, input.value.trim()) ? close(null) : keep()));
  node.replaceWith(form);
  if (isLong) input.rows = Math.min(12, Math.max(2, Math.ceil(text.length / 60)));
  input.focus();
  input.select();
}
