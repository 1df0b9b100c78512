/**
 * The result: values with confidence and place on one side, to be corrected where they stand; the document on the other.
 * @module
 */

import { careerCard } from "./career.js";
import { announce, el } from "./dom.js";
import { documentPane } from "./document_pane.js";
import { doubtsCard } from "./doubts.js";
import { Draft } from "./draft.js";
import { clearAt, insertAt, moveAt, removeAt, setAt, valueAt } from "./edits.js";
import { ENTRIES, findings } from "./findings.js";
import { sentence } from "./format.js";
import { openEditor } from "./inline_editor.js";
import { menu } from "./menu.js";
import { get, update } from "./resumes.js";
import { reviewHead, waysOut } from "./review_head.js";
import { saveBar } from "./savebar.js";
import { STRINGS } from "./strings.js";
import { valueCards } from "./values.js";

const LISTS = new Set(["highlights", "technical", "soft_skills", "languages", "certifications"]);

/**
 * @param {object} resume succeeded, with its result
 * @param {{onRetry: () => void, onSaved: () => void}} actions
 * @returns {{node: HTMLElement, refresh: () => void}} `refresh` takes in what somebody else has changed
 */
export function reviewView(resume, { onRetry, onSaved }) {
  const values = el("div.values");
  const heading = el("h1", { tabindex: "-1", dir: "auto" });
  const { text, places } = findings(resume.parsed);
  const pane = documentPane(resume.id, text, places, { onChoose: (path) => choose(path, true), onHint: hint });
  const draft = new Draft({ parsed: resume.parsed, etag: resume.etag }, serverOf(resume.id, onSaved), changed);
  const saving = saveBar(draft, waysOut(resume.id, onRetry));
  let buttons = new Map();
  let painted = null;
  let chosen = null;
  let isEditing = false;
  let focusNext = []; // keys of what shall have the focus when all is painted anew; the first that is there gets it

  function changed() {
    saving?.update();
    if (!isEditing && painted !== draft.parsed) paint();
  }

  function paint() {
    painted = draft.parsed;
    const focused = document.activeElement?.dataset?.key;
    const { sections, places: now } = findings(painted);
    const cards = valueCards(sections, actions, { isPaged: painted.page_count !== 1 });
    buttons = cards.buttons;
    heading.textContent = painted.personal_info?.full_name || STRINGS.review.unnamed;
    values.replaceChildren(
      ...[
        warnings(painted.warnings ?? []),
        doubtsCard(sections, (path) => choose(path, true)),
        careerCard(painted),
        ...cards.nodes,
        sections.length === 0 && el("p.hint", {}, STRINGS.review.nothing),
        addSection(sections),
      ].filter(Boolean),
    );
    pane.update(now);
    mark();
    focusOn([...focusNext, focused]);
    focusNext = [];
  }

  function focusOn(keys) {
    const all = [...values.querySelectorAll("[data-key]:not(:disabled)")];
    const found = keys.map((key) => all.find((node) => node.dataset.key === key)).find(Boolean);
    found?.focus({ preventScroll: true });
    found?.scrollIntoView({ block: "nearest" });
  }

  function choose(path, isFromElsewhere) {
    chosen = path;
    mark();
    pane.show(path);
    buttons.get(path)?.scrollIntoView({ block: "nearest" });
    if (isFromElsewhere) buttons.get(path)?.focus({ preventScroll: true });
  }

  function hint(path) {
    for (const [key, button] of buttons) button.classList.toggle("hinted", key === path);
    pane.hint(path);
  }

  function mark() {
    for (const [path, button] of buttons) button.setAttribute("aria-pressed", path === chosen);
  }

  function edit(node, { path, field, text: before }) {
    isEditing = true;
    openEditor(node, { field, text: before }, (written) => {
      isEditing = false;
      if (written !== null) draft.apply((parsed) => withValue(parsed, path, written));
      if (painted !== draft.parsed) paint();
      buttons.get(path)?.focus({ preventScroll: true });
    });
  }

  // A new value is written into a field of its own, which goes again where nothing is written.
  function write(container, path, field) {
    const place = el("span");
    container.append(place);
    edit(place, { path, field, text: "" });
  }

  const actions = {
    choose: (path) => choose(path, false),
    edit,
    clear(path, label) {
      focusNext = neighbours(path);
      draft.apply((parsed) => clearAt(parsed, path));
      announce(STRINGS.edit.removed(label));
    },
    remove(listPath, index, label) {
      focusNext = [`${listPath}[${index}]`, `${listPath}[${index}] down`, `${listPath}[${index - 1}]`, `${listPath}[${index - 1}] up`, `${listPath}+`];
      draft.apply((parsed) => removeAt(parsed, listPath, index));
      announce(STRINGS.edit.removed(label));
    },
    move(listPath, from, to) {
      const ways = to < from ? ["up", "down"] : ["down", "up"];
      focusNext = ways.map((way) => `${listPath}[${to}] ${way}`);
      draft.apply((parsed) => moveAt(parsed, listPath, from, to));
    },
    add(entry, field) {
      const path = `${entry.path}.${field}`;
      const container = values.querySelector(`[data-entry="${entry.path}"]`);
      write(container, LISTS.has(field) ? `${path}[0]` : path, field);
    },
    addItem(listPath, index) {
      const list = buttons.get(`${listPath}[${index - 1}]`).closest("ul");
      write(list, `${listPath}[${index}]`, listPath.split(".").at(-1));
    },
    addEntry(section) {
      const count = draft.parsed[section]?.length ?? 0;
      const [field] = ENTRIES[section];
      write(values, `${section}[${count}].${field}`, field);
    },
  };

  // What shall have the focus when a value has gone: the one after it, or before.
  function neighbours(path) {
    const paths = [...buttons.keys()];
    const at = paths.indexOf(path);
    return [paths[at + 1], paths[at - 1]];
  }

  function addSection(sections) {
    const shown = new Set(sections.map(({ name }) => name));
    const absent = Object.keys(ENTRIES).filter((name) => !shown.has(name));
    const choices = absent.map((name) => el("button", { type: "button", onclick: () => actions.addEntry(name) }, STRINGS.sections[name]));
    return absent.length > 0 && menu(el("summary.add", {}, STRINGS.edit.addSection), choices);
  }

  function onKey(event) {
    if (!values.isConnected) return document.removeEventListener("keydown", onKey);
    if (isEditing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    if (event.shiftKey) draft.redo();
    else draft.undo();
  }

  for (const name of ["pointerover", "focusin"]) {
    values.addEventListener(name, (event) => hint(event.target.closest(".value")?.dataset.path ?? null));
  }
  values.addEventListener("pointerleave", () => hint(null));
  paint();
  document.addEventListener("keydown", onKey);
  const node = el(
    "section.review",
    {},
    reviewHead(resume, heading),
    saving.node,
    el("div.columns", {}, values, el("aside", {}, pane.node)),
  );
  return { node, refresh: () => isEditing || draft.refresh() };
}

function serverOf(id, onSaved) {
  const versionOf = ({ parsed, etag }) => ({ parsed, etag });
  return {
    async save(parsed, mask, etag) {
      const saved = versionOf(await update(id, { parsed }, { mask, etag }));
      onSaved();
      return saved;
    },
    load: async () => versionOf(await get(id)),
  };
}

// Lists and entries that are not there yet begin with their first value.
function withValue(parsed, path, text) {
  const found = /^(.*)\[(\d+)\](?:\.(\w+))?$/.exec(path);
  const [, listPath, index, field] = found ?? [];
  if (!found || valueAt(parsed, `${listPath}[${index}]`) !== undefined) return setAt(parsed, path, text);
  return insertAt(parsed, listPath, Number(index), field ? { [field]: text } : text);
}

function warnings(list) {
  return list.length > 0 && el("ul.warnings", {}, ...list.map(({ message }) => el("li", {}, sentence(message))));
}
