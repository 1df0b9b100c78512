/**
 * Whether the corrections are saved, the way back, and what is to be decided where two people changed the same.
 * @module
 */

import { el } from "./dom.js";
import { sentence } from "./format.js";
import { STRINGS } from "./strings.js";

/**
 * @param {import("./draft.js").Draft} draft
 * @param {HTMLElement} waysOut what stands at the end of the line
 * @returns {{node: HTMLElement, update: () => void}}
 */
export function saveBar(draft, waysOut) {
  const words = STRINGS.saving;
  const undo = el("button.button.quiet", { type: "button", onclick: () => draft.undo() }, words.undo);
  const redo = el("button.button.quiet", { type: "button", onclick: () => draft.redo() }, words.redo);
  const again = el("button.button", { type: "button", onclick: () => draft.save() }, words.again);
  const state = el("p.state", { role: "status" });
  const conflicts = el("ul.conflicts");
  const node = el("div.savebar", {}, el("div.line", {}, undo, redo, state, again, waysOut), conflicts);
  let isTouched = false;

  function update() {
    isTouched ||= draft.state !== "saved";
    undo.disabled = !draft.canUndo;
    redo.disabled = !draft.canRedo;
    node.dataset.state = draft.state;
    state.textContent = isTouched ? told() : words.hint;
    again.hidden = !draft.refusal || draft.state !== "unsaved";
    conflicts.replaceChildren(...draft.conflicts.map((conflict) => choice(conflict, draft)));
  }

  function told() {
    if (draft.state !== "unsaved" || !draft.refusal) return words[draft.state];
    return words.refused(STRINGS.uploads[draft.refusal.code] ?? sentence(draft.refusal.message));
  }

  update();
  return { node, update };
}

function choice({ path, mine, theirs }, draft) {
  const words = STRINGS.saving;
  const option = (label, value) =>
    el(
      "button.button",
      { type: "button", onclick: () => draft.resolve(path, value) },
      el("b", {}, label),
      " ",
      el("span", { dir: "auto" }, inWords(value)),
    );
  return el(
    "li",
    {},
    el("p", {}, words.both(labelOf(path))),
    el("div.actions", {}, option(words.mine, mine), option(words.theirs, theirs)),
  );
}

function labelOf(path) {
  const [section, ...rest] = path.split(/[.[\]]+/).filter(Boolean);
  const field = rest.filter((step) => !/^\d+$/.test(step)).at(-1);
  return [STRINGS.sections[section] ?? section, field && (STRINGS.fields[field] ?? field)].filter(Boolean).join(", ");
}

// Lists and entries in a few words: what is decided is which of the two stands.
function inWords(value) {
  if (Array.isArray(value)) return value.map(inWords).filter(Boolean).join("; ").slice(0, 200);
  if (typeof value === "object" && value) return Object.values(value).filter((part) => typeof part === "string").map(inWords).filter(Boolean).join(", ");
  return value === undefined || value === "" ? STRINGS.saving.nothing : String(value);
}
