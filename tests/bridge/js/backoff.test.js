import assert from "node:assert/strict";
import { test } from "node:test";

import { delayMs, LONGEST_MS } from "../../../bridge/resumate_bridge/static/backoff.js";

test("waits double from one second to thirty, half of each left to chance", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 60].map((failures) => delayMs(failures, () => 1)), [
    1000, 2000, 4000, 8000, 16000, LONGEST_MS, LONGEST_MS,
  ]);
  assert.equal(delayMs(3, () => 0), 2000);
  assert.equal(delayMs(0, () => 1), 1000);
});
