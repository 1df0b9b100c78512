/**
 * How long to wait before another try: pure.
 * @module
 */

/** Shortest and longest wait, in milliseconds. */
export const SHORTEST_MS = 1_000;
export const LONGEST_MS = 30_000;

/**
 * Wait before try number `failures` (1 = after the first failure): doubled each time, and of that a random part from
 * half to whole, so that a thousand pages that lost the same server do not come back in the same second.
 * @param {number} failures
 * @param {() => number} [random] 0 to 1
 * @returns {number} milliseconds
 */
export function delayMs(failures, random = Math.random) {
  const whole = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(whole * (0.5 + random() / 2));
}
