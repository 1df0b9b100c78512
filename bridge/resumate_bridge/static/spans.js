/**
 * Places in a document's text: pure. Places count code points, JavaScript's strings UTF-16 units; hence `Text`.
 * @module
 */

const AROUND = 28;

/** A text that is cut by code points. */
export class Text {
  #points;

  constructor(text) {
    this.#points = Array.from(text);
  }

  get length() {
    return this.#points.length;
  }

  slice(start, end) {
    return this.#points.slice(start, end).join("");
  }

  /**
   * The line or lines around a place, cut to what is near.
   * @returns {{before: string, match: string, after: string}}
   */
  snippet(start, end) {
    let from = start;
    let to = end;
    while (from > 0 && this.#points[from - 1] !== "\n") from -= 1;
    while (to < this.length && this.#points[to] !== "\n") to += 1;
    const before = this.slice(Math.max(from, start - AROUND), start).trimStart();
    const after = this.slice(end, Math.min(to, end + AROUND)).trimEnd();
    return {
      before: start - AROUND > from ? `…${before}` : before,
      match: this.slice(start, end),
      after: end + AROUND < to ? `${after}…` : after,
    };
  }
}

/**
 * Cut a text into pieces, each in at most one place. Where places overlap, `first` wins, then the shorter one.
 * @param {Text} text
 * @param {{path: string, start: number, end: number}[]} places
 * @param {string | null} first path of the place that must be whole
 * @returns {{text: string, path: string | null}[]} in order, together the whole text
 */
export function pieces(text, places, first = null) {
  const taken = [];
  const wanted = places.filter((place) => place.start < place.end && place.end <= text.length);
  wanted.sort((a, b) => (b.path === first) - (a.path === first) || a.end - a.start - (b.end - b.start));
  for (const place of wanted) {
    if (!taken.some((other) => other.start < place.end && place.start < other.end)) taken.push(place);
  }
  taken.sort((a, b) => a.start - b.start);
  const result = [];
  let at = 0;
  for (const place of taken) {
    if (place.start > at) result.push({ text: text.slice(at, place.start), path: null });
    result.push({ text: text.slice(place.start, place.end), path: place.path });
    at = place.end;
  }
  if (at < text.length) result.push({ text: text.slice(at, text.length), path: null });
  return result;
}
