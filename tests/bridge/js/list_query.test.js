import assert from "node:assert/strict";
import { test } from "node:test";

import { everything, letsThrough, parametersOf, showsNewestFirst } from "../../../bridge/resumate_bridge/static/list_query.js";

test("the query asks for what the controls say, and no more", () => {
  const all = parametersOf(everything(), { pageSize: 50 });
  assert.equal(String(all), "page_size=50&order_by=create_time+desc");
  const some = parametersOf({ text: " ada ", filter: "failed", order: "filename" }, { pageSize: 10, pageToken: "x" });
  assert.deepEqual(Object.fromEntries(some), {
    page_size: "10",
    order_by: "filename",
    text: "ada",
    state: "failed,cancelled",
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
