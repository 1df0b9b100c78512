/**
 * The page: which view is shown, and how the connection is.
 * @module
 */

import { connect } from "./client.js";
import { resumePage } from "./resume.js";
import { startPage } from "./start.js";
import { STRINGS } from "./strings.js";

const main = document.getElementById("main");
const connection = document.getElementById("connection");
const banner = document.getElementById("banner");
const client = connect();
let page = null;
let uploadedId = ""; // just now, from this page

function tellConnection({ name: state, retryAt }) {
  const name = navigator.onLine || state === "live" ? state : "offline";
  connection.dataset.state = name;
  connection.textContent = STRINGS.connection[name];
  const words = STRINGS.banner[name];
  const seconds = Math.max(1, Math.round(((retryAt ?? 0) - Date.now()) / 1000));
  banner.hidden = !words;
  banner.textContent = typeof words === "function" ? words(seconds) : (words ?? "");
}

function route() {
  if (location.hash === "#main" && page) return; // the skip link
  const found = /^#\/resumes\/([^/]+)$/.exec(location.hash);
  page?.close();
  document.title = STRINGS.title;
  page = found ? shownResume(decodeURIComponent(found[1])) : startPage(client, { onUploaded: showUploaded });
  const isFirst = !main.hasChildNodes();
  main.replaceChildren(page.node);
  scrollTo(0, 0);
  if (!isFirst) page.node.querySelector("h1")?.focus({ preventScroll: true }); // who listens hears where they are
}

function shownResume(id) {
  const isNew = id === uploadedId;
  uploadedId = "";
  return resumePage(client, id, { isNew });
}

function showUploaded(id) {
  uploadedId = id;
  location.hash = `#/resumes/${id}`;
}

// A file that misses the drop zone must not replace the page.
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => event.preventDefault());
addEventListener("hashchange", route);
client.onState(tellConnection);
for (const name of ["online", "offline"]) addEventListener(name, () => tellConnection(client.state));
route();
