/**
 * The start page: files go in here, and the recent ones are listed with their state.
 * @module
 */

import { dashboard } from "./dashboard.js";
import { bar, el } from "./dom.js";
import { isReadable } from "./file_kind.js";
import { sentence, size } from "./format.js";
import { limits } from "./resumes.js";
import { STRINGS } from "./strings.js";

const DEFAULT_LIMIT_BYTES = 10 * 1024 * 1024;

/**
 * @param {import("./client.js").Client} client
 * @param {object} handlers
 * @param {(id: string) => void} handlers.onUploaded a single file was accepted: its page is wanted
 * @returns {{node: HTMLElement, close: () => void}}
 */
export function startPage(client, { onUploaded }) {
  const words = STRINGS.start;
  const recent = dashboard(client);
  const uploads = el("ul.uploads");
  const hint = el("p.hint", {}, words.formats(size(DEFAULT_LIMIT_BYTES)));
  let limitBytes = DEFAULT_LIMIT_BYTES;
  let isOpen = true;

  limits().then(
    (told) => {
      limitBytes = told.max_file_bytes;
      hint.textContent = words.formats(size(limitBytes));
    },
    () => {}, // the server checks the size anyway
  );

  async function send(files) {
    const accepted = await Promise.all(files.map((file) => sendOne(file)));
    recent.refresh();
    if (files.length === 1 && accepted[0] && isOpen) onUploaded(accepted[0]);
  }

  async function sendOne(file) {
    const row = uploadRow(file);
    uploads.append(row.node);
    const objection = await objectionTo(file, limitBytes);
    if (objection) return row.refuse(objection);
    try {
      const { resume_id: id } = await client.upload(file, { onUploadProgress: row.sent });
      row.node.remove();
      return id;
    } catch (refusal) {
      return row.refuse(STRINGS.uploads[refusal.code] ?? sentence(refusal.message));
    }
  }

  const node = el(
    "section.start",
    {},
    el("h1", { tabindex: "-1" }, words.heading),
    el("p.lead", {}, words.lead),
    dropZone(send, hint),
    uploads,
    recent.node,
  );
  const onPaste = (event) => {
    if (event.clipboardData?.files.length) send([...event.clipboardData.files]);
  };
  document.addEventListener("paste", onPaste);
  return {
    node,
    close() {
      isOpen = false;
      document.removeEventListener("paste", onPaste);
      recent.close();
    },
  };
}

function dropZone(send, hint) {
  const words = STRINGS.start;
  const input = el("input.unseen", { type: "file", multiple: true, accept: STRINGS.accept, id: "files" });
  const zone = el(
    "div.drop",
    {},
    input,
    el("label.button.strong", { for: "files" }, words.choose),
    el("p", {}, words.drop),
    hint,
  );
  input.addEventListener("change", () => {
    send([...input.files]);
    input.value = "";
  });
  let depth = 0; // dragenter and dragleave also come from children
  const hover = (change) => {
    depth = Math.max(0, depth + change);
    zone.classList.toggle("over", depth > 0);
  };
  zone.addEventListener("dragenter", () => hover(1));
  zone.addEventListener("dragleave", () => hover(-1));
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    hover(-depth);
    if (event.dataTransfer.files.length) send([...event.dataTransfer.files]);
  });
  return zone;
}

function uploadRow(file) {
  const words = STRINGS.start;
  const state = el("span.state", {}, words.uploading(0));
  const track = bar(words.progress(file.name));
  const node = el("li", {}, el("span.name", { dir: "auto" }, file.name), state, track.node);
  return {
    node,
    sent({ sent, total }) {
      const percent = total ? Math.round((100 * sent) / total) : 0;
      state.textContent = words.uploading(percent);
      track.set(percent);
    },
    refuse(why) {
      const dismiss = { type: "button", "aria-label": words.dismiss(file.name), onclick: () => node.remove() };
      node.classList.add("refused");
      state.setAttribute("role", "alert");
      state.textContent = `${words.refused}. ${why}`;
      track.node.replaceWith(el("button.close", dismiss, STRINGS.card.removeSign));
      return null;
    },
  };
}

async function objectionTo(file, limitBytes) {
  if (file.size === 0) return STRINGS.uploads.empty;
  if (file.size > limitBytes) return STRINGS.uploads.tooLarge(size(limitBytes));
  return (await isReadable(file)) ? "" : STRINGS.uploads.noDocument;
}
