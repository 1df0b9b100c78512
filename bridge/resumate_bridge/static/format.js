/**
 * Figures as people read them: pure.
 * @module
 */

const UNITS = ["bytes", "kB", "MB", "GB"];

/** @returns {string} such as `1.4 MB`, in powers of 1000 */
export function size(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit && value < 10 ? value.toFixed(1) : Math.round(value)}\u00a0${UNITS[unit]}`;
}

/** @returns {string} such as `2 s` or `3 min`; empty for null */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const whole = Math.max(1, Math.round(seconds));
  return whole < 60 ? `${whole}\u00a0s` : `${Math.round(whole / 60)}\u00a0min`;
}

/** @returns {string} such as `5 min ago`, or a date where it is longer ago than a week; empty for no time */
export function ago(time, now = Date.now()) {
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  if (Number.isNaN(seconds)) return "";
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  if (seconds < 7 * 86_400) return `${Math.round(seconds / 86_400)} d ago`;
  return new Date(time).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}

/** @returns {string} `2019 – present`; empty where neither end is known */
export function period(start, end) {
  return [month(start), month(end)].filter(Boolean).join(" – ");
}

/** @returns {string} `Mar 2019` for `2019-03`; other texts as they are */
export function month(text) {
  const found = /^(\d{4})-(\d{2})$/.exec(text ?? "");
  if (!found) return text ?? "";
  const date = new Date(Date.UTC(Number(found[1]), Number(found[2]) - 1));
  return date.toLocaleDateString("en", { month: "short", year: "numeric", timeZone: "UTC" });
}

/** @returns {string} `87%` for 0.873 */
export function percent(confidence) {
  return `${Math.round(confidence * 100)}%`;
}

/** @returns {string} the words as a sentence: the server's messages are clauses, as programs log them */
export function sentence(words) {
  const text = words.trim();
  if (!text) return "";
  const [first, ...rest] = text;
  return `${first.toUpperCase()}${rest.join("")}${/[.!?…]$/.test(text) ? "" : "."}`;
}
