/**
 * Search, filter and order of the list.
 * @module
 */

import { el } from "./dom.js";
import { FILTERS, ORDERS } from "./list_query.js";
import { STRINGS } from "./strings.js";

const PAUSE_MS = 250;

/**
 * @param {import("./list_query.js").ListQuery} query
 * @param {(query: import("./list_query.js").ListQuery) => void} onChange
 * @returns {HTMLElement}
 */
export function listControls(query, onChange) {
  const words = STRINGS.list;
  const search = el("input", { type: "search", placeholder: words.search, "aria-label": words.search, dir: "auto" });
  const order = el("select", { "aria-label": words.order }, ...ORDERS.map((value) => el("option", { value }, words.orders[value])));
  const filters = Object.keys(FILTERS).map((name) => {
    const pressed = String(name === query.filter);
    return el("button", { type: "button", "aria-pressed": pressed, onclick: () => choose(name) }, words.filters[name]);
  });
  let timer = 0;

  function change(part) {
    query = { ...query, ...part };
    onChange(query);
  }

  function choose(filter) {
    for (const [index, name] of Object.keys(FILTERS).entries()) filters[index].setAttribute("aria-pressed", name === filter);
    change({ filter });
  }

  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => change({ text: search.value }), PAUSE_MS);
  });
  order.addEventListener("change", () => change({ order: order.value }));
  return el("div.controls", {}, search, el("div.filters", { role: "group", "aria-label": words.filter }, ...filters), order);
}
