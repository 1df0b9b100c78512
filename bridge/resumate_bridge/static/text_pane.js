/**
 * The document's text, with the places of its values; choosing a place chooses the value.
 * @module
 */

import { el } from "./dom.js";
import { pieces } from "./spans.js";
import { STRINGS } from "./strings.js";

/**
 * @param {import("./spans.js").Text} text
 * @param {{path: string, start: number, end: number}[]} places
 * @param {(path: string) => void} onChoose
 * @returns {{node: HTMLElement, show: (path: string) => void, hint: (path: string | null) => void, update: (places: object[]) => void}}
 */
export function textPane(text, places, onChoose) {
  const body = el("div.text", { tabindex: "0", role: "region", "aria-label": STRINGS.review.text });
  let current = places;
  let last = null;
  const fill = (chosen) => {
    last = chosen;
    const parts = pieces(text, current, chosen).map((piece) => {
      if (piece.path === null) return piece.text;
      const isChosen = piece.path === chosen;
      return el(isChosen ? "mark.chosen" : "mark", { "data-path": piece.path }, piece.text);
    });
    body.replaceChildren(...parts);
  };
  body.addEventListener("click", (event) => {
    const path = event.target.closest("mark")?.dataset.path;
    if (path && getSelection().isCollapsed) onChoose(path);
  });
  fill(null);
  return {
    node: body,
    update(now) {
      current = now;
      fill(last);
    },
    hint(path) {
      for (const mark of body.children) mark.classList.toggle("hinted", mark.dataset.path === path);
    },
    show(path) {
      fill(path);
      const mark = body.querySelector(".chosen");
      if (mark) body.scrollTo({ top: mark.offsetTop - body.clientHeight / 3, behavior: motion() });
    },
  };
}

function motion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}
