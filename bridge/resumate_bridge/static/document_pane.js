/**
 * The document beside its values: its pages as pictures where it has pages, and its text.
 * @module
 */

import { el } from "./dom.js";
import { pagesPane } from "./pages_pane.js";
import { STRINGS } from "./strings.js";
import { textPane } from "./text_pane.js";

/**
 * @param {string} id the résumé
 * @param {import("./spans.js").Text} text
 * @param {import("./pages_pane.js").Place[]} places
 * @param {object} handlers
 * @param {(path: string) => void} handlers.onChoose
 * @param {(path: string | null) => void} handlers.onHint
 * @returns {{node: HTMLElement, show: (path: string) => void, hint: (path: string | null) => void, update: (places: object[]) => void}}
 */
export function documentPane(id, text, places, { onChoose, onHint }) {
  const words = STRINGS.review;
  const panes = [textPane(text, places, onChoose)];
  const tabs = el("div.tabs", { role: "group", "aria-label": words.document, hidden: true });
  const isWide = matchMedia("(min-width: 60rem)").matches;
  const body = el("div.panes", {}, panes[0].node);
  const node = el("details.pane", { open: isWide }, el("summary", {}, words.document), el("div.pane-body", {}, tabs, body));
  let current = places;
  let chosen = null;

  function select(pane) {
    for (const button of tabs.children) button.setAttribute("aria-pressed", button.dataset.pane === pane.name);
    body.replaceChildren(pane.pane.node);
    if (chosen) pane.pane.show(chosen);
  }

  pagesPane(id, text, onChoose, onHint).then((pages) => {
    if (!pages) return;
    panes.push(pages);
    pages.update(current);
    const both = [
      { name: "pages", label: words.pagesPane, pane: pages },
      { name: "text", label: words.text, pane: panes[0] },
    ];
    tabs.append(
      ...both.map((each) => el("button", { type: "button", "data-pane": each.name, onclick: () => select(each) }, each.label)),
    );
    tabs.hidden = false;
    select(both[0]);
  });

  return {
    node,
    show(path) {
      chosen = path;
      node.open = true;
      for (const pane of panes) if (pane.node.isConnected) pane.show(path);
    },
    hint(path) {
      for (const pane of panes) pane.hint(path);
    },
    update(now) {
      current = now;
      for (const pane of panes) pane.update(now);
    },
  };
}
