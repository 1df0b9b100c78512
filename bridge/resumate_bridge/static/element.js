/**
 * `<resumate-progress resume-id="…">`: shows how far a résumé is, live. For pages without a framework.
 *
 * Attributes: `resume-id`; `base`, the bridge's origin (default: the page's own). Events, which bubble: `progress`,
 * `complete`, `error`, each with the frame or `WatchError` as `detail`. Style it by `::part(bar)` and `::part(message)`.
 * All elements of a page with the same `base` share one connection.
 * @module
 */

import { connect } from "./client.js";
import { advance, unknown } from "./progress.js";

const STYLE = `
  :host { display: block; font: inherit; }
  progress { width: 100%; accent-color: currentColor; }
  p { margin: 0.25em 0 0; }
`;
const clients = new Map();

/** Use this client for elements with this `base`, instead of one of their own. */
export function shareClient(client, base = "") {
  clients.set(base, client);
}

export class ResumateProgress extends HTMLElement {
  static observedAttributes = ["resume-id", "base"];
  #bar = document.createElement("progress");
  #message = document.createElement("p");
  #leaving = null;
  #progress = unknown();

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet(); // the one way to style that a strict Content-Security-Policy allows
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#bar.max = 100;
    this.#bar.part = "bar";
    this.#message.part = "message";
    this.#message.setAttribute("aria-live", "polite");
    root.append(this.#bar, this.#message);
  }

  /** How far it is: `percent`, `state`, `stages`, `message`, … */
  get progress() {
    return this.#progress;
  }

  connectedCallback() {
    this.#begin();
  }

  disconnectedCallback() {
    this.#leaving?.abort();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#begin();
  }

  #begin() {
    this.#leaving?.abort();
    this.#leaving = new AbortController();
    this.#progress = unknown();
    this.#paint();
    const id = this.getAttribute("resume-id");
    if (!id) return;
    this.#client().watchResume(id, {
      onFrame: (frame) => {
        this.#progress = advance(this.#progress, frame);
        this.#paint();
      },
      onProgress: (frame) => this.#tell("progress", frame),
      onComplete: (frame) => this.#tell("complete", frame),
      onError: (error) => {
        if (!error.frame) this.#message.textContent = error.message;
        this.#tell("error", error);
      },
      signal: this.#leaving.signal,
    });
  }

  #client() {
    const base = this.getAttribute("base") ?? "";
    if (!clients.has(base)) clients.set(base, connect(base ? { base } : {}));
    return clients.get(base);
  }

  #paint() {
    const { percent, message, state } = this.#progress;
    this.#bar.value = percent;
    this.#bar.setAttribute("aria-label", message || state);
    this.#message.textContent = message;
    this.dataset.state = state;
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

customElements.define("resumate-progress", ResumateProgress);
