/**
 * The result: values with confidence and place on one side, to be corrected where they stand; the document on the other.
 * @module
 */

import { announce, el } from "./dom.js";
import { documentPane } from "./document_pane.js";
import { doubtsCard } from "./doubts.js";
import { Draft } from "./draft.js";
import { clearAt, insertAt, moveAt, removeAt, setAt, valueAt } from "./edits.js";
import { ENTRIES, findings, grade } from "./findings.js";
import { percent, sentence } from "./format.js";
import { openEditor } from "./inline_editor.js";
import { exportUrl, fileUrl, get, update } from "./resumes.js";
import { saveBar } from "./savebar.js";
import { STRINGS } from "./strings.js";
import { valueCards } from "./values.js";

const LISTS = new Set(["highlights", "technical", "soft_skills", "languages", "certifications"]);

/**
 * @param {object} resume succeeded, with its result
 * @param {{onRetry: () => void}} actions
 * @returns {HTMLElement}
 */
export function reviewView(resume, { onRetry }) {
  const values = el("div.values");
  const heading = el("h1", { tabindex: "-1" });
  const { text, places } = findings(resume.parsed);
  const pane = documentPane(resume.id, text, places, { onChoose: (path) => choose(path, true), onHint: hint });
  const draft = new Draft({ parsed: resume.parsed, etag: resume.etag }, serverOf(resume.id), changed);
  const saving = saveBar(draft);
  let buttons = new Map();
  let painted = null;
  let chosen = null;
  let isEditing = false;

  function changed() {
    saving?.update();
    if (!isEditing && painted !== draft.parsed) paint();
  }

  function paint() {
    painted = draft.parsed;
    const focused = document.activeElement?.closest?.("[data-path]")?.dataset.path;
    const { sections, places: now } = findings(painted);
    const cards = valueCards(sections, actions);
    buttons = cards.buttons;
    heading.textContent = painted.personal_info?.full_name || STRINGS.review.unnamed;
    values.replaceChildren(
      ...[
        warnings(painted.warnings ?? []),
        doubtsCard(sections, (path) => choose(path, true)),
        ...cards.nodes,
        sections.length === 0 && el("p.hint", {}, STRINGS.review.nothing),
        addSection(sections),
      ].filter(Boolean),
    );
    pane.update(now);
    mark();
    if (focused) buttons.get(focused)?.focus({ preventScroll: true });
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
      draft.apply((parsed) => clearAt(parsed, path));
      announce(STRINGS.edit.removed(label));
    },
    remove(listPath, index, label) {
      draft.apply((parsed) => removeAt(parsed, listPath, index));
      announce(STRINGS.edit.removed(label));
    },
    move: (listPath, from, to) => draft.apply((parsed) => moveAt(parsed, listPath, from, to)),
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

  function addSection(sections) {
    const shown = new Set(sections.map(({ name }) => name));
    const absent = Object.keys(ENTRIES).filter((name) => !shown.has(name));
    const options = absent.map((name) => el("option", { value: name }, STRINGS.sections[name]));
    const select = el("select.add", { "aria-label": STRINGS.edit.addSection }, el("option", { value: "" }, STRINGS.edit.addSection), ...options);
    select.addEventListener("change", () => actions.addEntry(select.value));
    return absent.length > 0 && el("p", {}, select);
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
  return el(
    "section.review",
    {},
    head(resume, heading, onRetry),
    saving.node,
    el("div.columns", {}, values, el("aside", {}, pane.node)),
  );
}

function serverOf(id) {
  const versionOf = ({ parsed, etag }) => ({ parsed, etag });
  return {
    save: async (parsed, mask, etag) => versionOf(await update(id, { parsed }, { mask, etag })),
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

function head(resume, heading, onRetry) {
  const { parsed } = resume;
  const facts = [resume.filename, parsed.page_count ? STRINGS.review.pages(parsed.page_count) : ""].filter(Boolean);
  const links = STRINGS.review.exports.map(([format, label]) =>
    el("a.button", { href: exportUrl(resume.id, format), download: true }, label),
  );
  return el(
    "header.title",
    {},
    el("div", {}, heading, el("p.facts", {}, facts.join(" · "))),
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
