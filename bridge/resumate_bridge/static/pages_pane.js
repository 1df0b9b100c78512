/**
 * The document's pages as pictures, with the places of its values and its words over them.
 * @module
 */

import { el } from "./dom.js";
import { pageUrl } from "./resumes.js";
import { STRINGS } from "./strings.js";
import { linesOf, textLayer } from "./text_layer.js";

const WIDTH_PIXELS = 1200;
const MOST_PAGES = 20;

/**
 * @typedef {{path: string, page: number, start: number, end: number, box: {x0: number, y0: number, x1: number, y1: number} | null}} Place
 *
 * @param {string} id the résumé
 * @param {import("./spans.js").Text} text
 * @param {(path: string) => void} onChoose
 * @param {(path: string | null) => void} onHint the pointer is over a place, or over none
 * @returns {Promise<{node: HTMLElement, show: (path: string) => void, hint: (path: string | null) => void, update: (places: Place[]) => void} | null>}
 *   null where the format has no pages
 */
export async function pagesPane(id, text, onChoose, onHint) {
  const first = await pageOf(id, 1);
  if (!first) return null;
  const sheets = [];
  const body = el("div.pages", { tabindex: "0", role: "region", "aria-label": STRINGS.review.pagesPane });
  let marks = new Map();
  let current = [];
  let chosen = null;

  function draw() {
    for (const { overlay } of sheets) overlay.replaceChildren();
    marks = new Map();
    for (const { path, page, box } of current) {
      const sheet = sheets[page - 1];
      if (!sheet || !box) continue;
      const mark = markOf(path, box, sheet);
      marks.set(path, mark);
      sheet.overlay.append(mark);
    }
    if (chosen) marks.get(chosen)?.classList.add("chosen");
  }

  function add(sheet, page) {
    sheets.push(sheet);
    body.append(sheet.node);
    let over = null;
    const hover = (path) => {
      if (path === over) return;
      over = path;
      sheet.node.classList.toggle("over", path !== null);
      onHint(path);
    };
    // The words lie above the places, or they could not be selected: whose place it is, is reckoned.
    sheet.node.addEventListener("pointermove", (event) => hover(placeAt(event, sheet, page)));
    sheet.node.addEventListener("pointerleave", () => hover(null));
    sheet.node.addEventListener("click", (event) => {
      const path = placeAt(event, sheet, page);
      if (path && getSelection().isCollapsed) onChoose(path);
    });
    const recognised = () => current.flatMap((place) => (place.page === page && place.box ? linesOf(text.slice(place.start, place.end), place.box) : []));
    textLayer(id, page, sheet, recognised).then((layer) => sheet.node.append(layer));
    draw();
  }

  // The smallest place at the pointer: a title stands within its entry.
  function placeAt({ clientX, clientY }, { node, width, height }, page) {
    const { left, top, width: across, height: down } = node.getBoundingClientRect();
    const [x, y] = [((clientX - left) / across) * width, ((clientY - top) / down) * height];
    const area = ({ x0, y0, x1, y1 }) => (x1 - x0) * (y1 - y0);
    const found = current.filter(({ page: on, box }) => on === page && box && box.x0 <= x && x <= box.x1 && box.y0 <= y && y <= box.y1);
    return found.sort((one, other) => area(one.box) - area(other.box))[0]?.path ?? null;
  }

  // The other pages come one after the other, so that the first is not kept waiting.
  async function loadOthers() {
    for (let page = 2; page <= Math.min(first.count, MOST_PAGES); page += 1) {
      const sheet = await pageOf(id, page);
      if (!sheet) return;
      add(sheet, page);
    }
  }

  return {
    node: body,
    show(path) {
      chosen = path;
      for (const [key, mark] of marks) mark.classList.toggle("chosen", key === path);
      const mark = marks.get(path);
      if (!mark) return;
      const top = mark.closest(".sheet").offsetTop + mark.offsetTop;
      body.scrollTo({ top: top - body.clientHeight / 3, behavior: "auto" });
    },
    hint(path) {
      for (const [key, mark] of marks) mark.classList.toggle("hinted", key === path);
    },
    update(places) {
      current = places;
      if (sheets.length) return draw();
      add(first, 1);
      loadOthers();
    },
  };
}

function markOf(path, { x0, y0, x1, y1 }, { width, height }) {
  const mark = el("span.mark", { "data-path": path });
  Object.assign(mark.style, {
    left: `${(100 * x0) / width}%`,
    top: `${(100 * y0) / height}%`,
    width: `${(100 * (x1 - x0)) / width}%`,
    height: `${(100 * (y1 - y0)) / height}%`,
  });
  return mark;
}

// The size in points comes with the picture; the image itself is then taken from the browser's cache.
async function pageOf(id, page) {
  const url = pageUrl(id, page, WIDTH_PIXELS);
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) return null;
  const figure = (name) => Number(response.headers.get(name));
  const overlay = el("div.overlay");
  const image = el("img", { src: url, alt: STRINGS.review.page(page) });
  return {
    node: el("div.sheet", {}, image, overlay),
    overlay,
    width: figure("X-Page-Width"),
    height: figure("X-Page-Height"),
    count: figure("X-Page-Count"),
  };
}
