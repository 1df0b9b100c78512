import assert from "node:assert/strict";
import { test } from "node:test";

import { everything, letsThrough, searchOf, showsNewestFirst } from "../../../bridge/resumate_bridge/static/list_query.js";

test("the query asks for what the controls say, and no more", () => {
  const all = searchOf(everything(), { pageSize: 50 });
  assert.deepEqual(all, { text: "", state: [], order_by: "create_time desc", page_size: 50, page_token: "" });
  const some = searchOf({ text: " ada ", filter: "failed", order: "filename" }, { pageSize: 10, pageToken: "x" });
  assert.deepEqual(some, {
    text: "ada",
    state: ["failed", "cancelled"],
    order_by: "filename",
    page_size: 10,
    page_token: "x",
  });
});

test("a new résumé stands first only in a list of the newest that does not leave it out", () => {
  assert.ok(showsNewestFirst(everything()));
  assert.ok(!showsNewestFirst({ ...everything(), text: "ada" }));
  assert.ok(!showsNewestFirst({ ...everything(), filter: "ready" }));
  assert.ok(!showsNewestFirst({ ...everything(), order: "filename" }));
});

test("a filter lets its states through", () => {
  assert.ok(letsThrough({ ...everything(), filter: "running" }, "queued"));
  assert.ok(!letsThrough({ ...everything(), filter: "running" }, "succeeded"));
  assert.ok(letsThrough(everything(), "failed"));
});
