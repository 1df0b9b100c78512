/**
 * Figures as people read them: pure.
 * @module
 */

import { STRINGS } from "./strings.js";

const { locale: LOCALE, time: WORDS, units: UNITS } = STRINGS;

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
  return whole < 60 ? WORDS.seconds(whole) : WORDS.minutes(Math.round(whole / 60));
}

/** @returns {string} such as `5 min ago`, or a date where it is longer ago than a week; empty for no time */
export function ago(time, now = Date.now()) {
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  if (Number.isNaN(seconds)) return "";
  if (seconds < 45) return WORDS.justNow;
  if (seconds < 3600) return WORDS.minutesAgo(Math.round(seconds / 60));
  if (seconds < 86_400) return WORDS.hoursAgo(Math.round(seconds / 3600));
  if (seconds < 7 * 86_400) return WORDS.daysAgo(Math.round(seconds / 86_400));
  return new Date(time).toLocaleDateString(LOCALE, { day: "numeric", month: "short", year: "numeric" });
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
  return date.toLocaleDateString(LOCALE, { month: "short", year: "numeric", timeZone: "UTC" });
}

/** @returns {string} `2 years 3 months`, or `2 years to 2 years 6 months` where the two ends differ */
export function monthsBetween(least, most) {
  const words = (count) =>
    [count >= 12 && WORDS.years(Math.floor(count / 12)), (count % 12 || !count) && WORDS.months(count % 12)].filter(Boolean).join(" ");
  return least === most ? words(least) : WORDS.between(words(least), words(most));
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
