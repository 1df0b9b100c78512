/**
 * A button that opens a list of things to choose from.
 * @module
 */

import { el } from "./dom.js";

document.addEventListener("pointerdown", ({ target }) => {
  for (const open of document.querySelectorAll(".menu[open]")) if (!open.contains(target)) open.open = false;
});

/**
 * Arrows move in the list; Escape, a choice, and going elsewhere close it.
 * @param {Element} summary what opens it
 * @param {(Element | null | false)[]} items links and buttons, perhaps with headings between
 * @returns {HTMLElement}
 */
export function menu(summary, items) {
  const list = el("div.menu-list", {}, ...items);
  const node = el("details.menu", {}, summary, list);
  const choices = () => [...list.querySelectorAll("a, button")];

  function move(step) {
    const all = choices();
    const at = all.indexOf(document.activeElement);
    all.at(at < 0 && step < 0 ? -1 : (at + step) % all.length).focus();
  }

  node.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && node.open) {
      node.open = false;
      summary.focus();
    } else if (step) {
      event.preventDefault();
      node.open = true;
      move(step);
    }
  });
  node.addEventListener("focusout", ({ relatedTarget: to }) => to && !node.contains(to) && (node.open = false));
  list.addEventListener("click", ({ target }) => target.closest("a, button") && (node.open = false));
  return node;
}
