import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { connect, WatchError } from "../../../bridge/resumate_bridge/static/client.js";
import { resumeProgressHook } from "../../../bridge/resumate_bridge/static/react.js";

class FakeSocket {
  static all = [];
  sent = [];
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {}
  give(...frames) {
    for (const frame of frames) this.onmessage({ data: JSON.stringify(frame) });
  }
}

const event = (sequence, more = {}) => ({ type: "progress_update", stage: "nlp_parsing", resume_id: "r", sequence, attempt: 1, ...more });
const END = { type: "complete", stage: "complete" };
const socket = () => FakeSocket.all.at(-1);
let client;

beforeEach(() => {
  FakeSocket.all = [];
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  client = connect({ base: "http://bridge.example", WebSocket: FakeSocket, random: () => 1 });
  socket().give({ type: "connection_established", heartbeat_seconds: 15 });
});

afterEach(() => {
  client.close();
  mock.timers.reset();
});

test("several watches of one résumé share one request, and each sees what it has not seen", () => {
  const seen = { late: [], early: [] };
  client.watchResume("r", { after: 2, onFrame: (frame) => seen.late.push(frame.sequence) });
  client.watchResume("r", { onFrame: (frame) => seen.early.push(frame.sequence) });
  assert.deepEqual(socket().sent.map(({ after }) => after), [2, 0]);
  socket().give(event(1), event(2), event(3));
  client.watchResume("r", { after: 3 });
  assert.equal(socket().sent.length, 2);
  assert.deepEqual(seen, { late: [3], early: [1, 2, 3] });
});

test("the server is told that nobody watches when the last has left, not before", () => {
  const [first, second] = [client.watchResume("r", { onFrame() {} }), client.watchResume("r", { onFrame() {} })];
  first();
  first();
  assert.equal(socket().sent.length, 1);
  client.unwatch(second);
  assert.deepEqual(socket().sent.at(-1), { type: "unwatch_resume", resume_id: "r" });
  client.watchResume("r", {});
  client.watchResume("r", {});
  client.unwatch("r");
  assert.deepEqual(socket().sent.at(-1), { type: "unwatch_resume", resume_id: "r" });
});

test("each kind of frame has its callback", () => {
  const told = [];
  const options = {
    onProgress: ({ sequence }) => told.push(`progress ${sequence}`),
    onComplete: ({ sequence }) => told.push(`complete ${sequence}`),
    onError: ({ code, retryable, frame }) => told.push(`${code} ${retryable} ${frame?.sequence}`),
  };
  client.watchFeed(options);
  const data = { error_code: "CORRUPT_FILE", error_message: "damaged", retryable: false };
  socket().give(
    event(1, { feed_sequence: 1 }),
    event(2, { feed_sequence: 2, ...END }),
    event(3, { feed_sequence: 3, type: "error", stage: "error", data }),
    event(4, { feed_sequence: 4, type: "cancelled", stage: "cancelled" }),
  );
  client.watchResume("gone", options);
  const refused = { error_code: "RESUME_NOT_FOUND", error_message: "no", retryable: false, close_code: 4404 };
  socket().give({ ...event(0), resume_id: "gone", type: "error", stage: "error", data: refused });
  assert.deepEqual(told, [
    "progress 1",
    "complete 2",
    "CORRUPT_FILE false 3",
    "CANCELLED true 4",
    "RESUME_NOT_FOUND false undefined",
  ]);
});

test("a watch without callbacks is iterated over to its end", async () => {
  const watch = client.watchResume("r");
  socket().give(event(1), event(2));
  setImmediate(() => socket().give(event(2), event(3, END)));
  const seen = [];
  for await (const frame of watch) seen.push(frame.sequence);
  assert.deepEqual(seen, [1, 2, 3]);
});

test("leaving the loop ends the watch", async () => {
  const watch = client.watchResume("r");
  socket().give(event(1), event(2));
  for await (const frame of watch) if (frame.sequence === 1) break;
  assert.deepEqual(socket().sent.at(-1), { type: "unwatch_resume", resume_id: "r" });
});

test("a refused watch throws, an aborted one throws its reason, a closed client ends it", async () => {
  const refused = client.watchResume("gone");
  const data = { error_code: "RESUME_NOT_FOUND", error_message: "no", retryable: false, close_code: 4404 };
  socket().give({ ...event(0), resume_id: "gone", type: "error", stage: "error", data });
  await assert.rejects(refused[Symbol.asyncIterator]().next(), (error) => error instanceof WatchError && error.code === "RESUME_NOT_FOUND");

  const leaving = new AbortController();
  const aborted = client.watchResume("r", { signal: leaving.signal })[Symbol.asyncIterator]().next();
  leaving.abort(new Error("enough"));
  await assert.rejects(aborted, /enough/);
  await assert.rejects(client.watchResume("r", { signal: leaving.signal })[Symbol.asyncIterator]().next(), /enough/);

  const closed = client.watchResume("r")[Symbol.asyncIterator]().next();
  client.close();
  assert.deepEqual(await closed, { done: true, value: undefined });
});

test("a watch that is aborted before it begins asks for nothing", () => {
  client.watchResume("r", { signal: AbortSignal.abort() });
  assert.deepEqual(socket().sent, []);
});

test("the hook gives a new value for each frame, and watches only while it is subscribed to", () => {
  const kept = [];
  let store;
  const React = {
    useMemo: (make) => (kept[0] ??= make()),
    useCallback: (make) => make,
    useSyncExternalStore: (subscribe, now) => {
      store ??= { subscribe };
      return now();
    },
  };
  const useResumeProgress = resumeProgressHook(React, { client });
  assert.equal(useResumeProgress("r").percent, 0);
  let changes = 0;
  const stop = store.subscribe(() => (changes += 1));
  socket().give(event(1, { overall_progress: 40, progress: 80, status: "Reading" }));
  const { percent, message, state } = useResumeProgress("r");
  assert.deepEqual({ percent, message, state, changes }, { percent: 40, message: "Reading", state: "processing", changes: 1 });
  stop();
  assert.deepEqual(socket().sent.at(-1), { type: "unwatch_resume", resume_id: "r" });
  store.subscribe(() => {});
  assert.equal(socket().sent.at(-1).after, 1);
});
