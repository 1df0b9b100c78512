import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { connect } from "../../../bridge/resumate_bridge/static/client.js";

class FakeSocket {
  static all = [];
  sent = [];
  constructor(url) {
    this.url = url;
    FakeSocket.all.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.isClosed = true;
  }
  give(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
  establish() {
    this.give({ type: "connection_established", heartbeat_seconds: 15 });
  }
}

const socket = () => FakeSocket.all.at(-1);
const event = (sequence, more = {}) => ({ type: "progress_update", stage: "nlp_parsing", resume_id: "r", sequence, ...more });
let client;

function start(options = {}) {
  client = connect({ base: "http://bridge.example", WebSocket: FakeSocket, random: () => 1, ...options });
  return client;
}

beforeEach(() => {
  FakeSocket.all = [];
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
});

afterEach(() => {
  client.close();
  mock.timers.reset();
});

test("one socket carries all watches, each from its own position", () => {
  start();
  client.watchResume("r", { after: 3 });
  client.watchFeed({ after: 9 });
  socket().establish();
  client.watchResume("later", {});
  assert.equal(socket().url, "ws://bridge.example/ws");
  assert.deepEqual(socket().sent, [
    { type: "watch_resume", resume_id: "r", after: 3, epoch: "" },
    { type: "watch_feed", after: 9, epoch: "", include_parsed: false },
    { type: "watch_resume", resume_id: "later", after: 0, epoch: "" },
  ]);
});

test("each frame comes once, whatever is repeated, and goes to its own watch", () => {
  start();
  const seen = { r: [], feed: [] };
  client.watchResume("r", { onFrame: (frame) => seen.r.push(frame.sequence) });
  client.watchFeed({ onFrame: (frame) => seen.feed.push(frame.feed_sequence) });
  socket().establish();
  for (const sequence of [1, 2, 2, 1, 3]) socket().give(event(sequence));
  socket().give(event(1, { feed_sequence: 7 }));
  assert.deepEqual(seen, { r: [1, 2, 3], feed: [7] });
});

test("a lost link is tried again, and every watch goes on after its last number", () => {
  start();
  const states = [];
  client.onState(({ name }) => states.push(name));
  client.watchResume("r", {});
  socket().establish();
  socket().give({ type: "heartbeat", resume_id: "r", sequence: 0, epoch: "e1" });
  socket().give(event(1));
  socket().give(event(2));
  socket().onclose();
  assert.equal(client.state.retryAt, Date.now() + 1000);
  mock.timers.tick(1000);
  socket().establish();
  assert.equal(FakeSocket.all.length, 2);
  assert.deepEqual(socket().sent, [{ type: "watch_resume", resume_id: "r", after: 2, epoch: "e1" }]);
  assert.deepEqual(states, ["connecting", "live", "reconnecting", "live"]);
});

test("two silent intervals are a dead link", () => {
  start();
  socket().establish();
  mock.timers.tick(29_000);
  socket().give({ type: "heartbeat", sequence: 0 });
  mock.timers.tick(29_000);
  assert.equal(client.state.name, "live");
  mock.timers.tick(1_000);
  assert.equal(client.state.name, "reconnecting");
  assert.ok(FakeSocket.all[0].isClosed);
});

test("what a dropped socket still says is not heard", () => {
  start();
  const seen = [];
  client.watchResume("r", { onFrame: (frame) => seen.push(frame.sequence) });
  const first = socket();
  first.establish();
  first.onclose();
  first.give(event(1));
  assert.deepEqual(seen, []);
});

test("the terminal frame ends the watch; a reconnect does not ask for it again", () => {
  start();
  const seen = [];
  client.watchResume("r", { onFrame: (frame) => seen.push(frame.type) });
  socket().establish();
  socket().give({ ...event(1), type: "complete", stage: "complete" });
  socket().onclose();
  mock.timers.tick(1000);
  socket().establish();
  assert.deepEqual(seen, ["complete"]);
  assert.deepEqual(socket().sent, []);
});

test("a parse that failed is a frame; a watch that was refused is told apart", () => {
  start();
  const told = [];
  client.watchResume("r", { onFrame: (frame) => told.push(frame.type), onRefused: ({ code }) => told.push(code) });
  client.watchResume("gone", { onRefused: ({ code }) => told.push(code) });
  socket().establish();
  socket().give({ ...event(1), type: "error", stage: "error", data: { error_code: "CORRUPT_FILE" } });
  const data = { error_code: "RESUME_NOT_FOUND", error_message: "", retryable: false, close_code: 4404 };
  socket().give({ ...event(0), resume_id: "gone", type: "error", stage: "error", data });
  assert.deepEqual(told, ["error", "RESUME_NOT_FOUND"]);
});

test("positions of a log that was replaced are forgotten", () => {
  start();
  client.watchResume("r", { after: 5 });
  socket().establish();
  const data = { error_code: "EPOCH_MISMATCH", error_message: "", retryable: false, close_code: 4409 };
  socket().give({ ...event(5), type: "error", stage: "error", data });
  assert.deepEqual(socket().sent.at(-1), { type: "watch_resume", resume_id: "r", after: 0, epoch: "" });
});

test("an aborted signal ends the watch", () => {
  start();
  const leaving = new AbortController();
  client.watchResume("r", { signal: leaving.signal });
  socket().establish();
  leaving.abort();
  assert.deepEqual(socket().sent.at(-1), { type: "unwatch_resume", resume_id: "r" });
});

test("where WebSockets are blocked it polls, each event once, and stops when they work again", async () => {
  const asked = [];
  const answers = [[event(1), event(2)], [event(2), event(3)]];
  const fetcher = async (url) => {
    asked.push(url);
    return { ok: true, status: 200, json: async () => ({ events: answers.shift() ?? [], epoch: "e1" }) };
  };
  start({ fetch: fetcher });
  const seen = [];
  client.watchResume("r", { onFrame: (frame) => seen.push(frame.sequence) });
  for (const waitMs of [1000, 2000, 0]) {
    socket().onclose();
    mock.timers.tick(waitMs);
    await settled();
  }
  assert.equal(client.state.name, "polling");
  mock.timers.tick(2000);
  await settled();
  assert.deepEqual(seen, [1, 2, 3]);
  assert.deepEqual(asked, [
    "http://bridge.example/v1/resumes/r/progress?after=0&epoch=",
    "http://bridge.example/v1/resumes/r/progress?after=2&epoch=e1",
  ]);
  mock.timers.tick(4000);
  socket().establish();
  assert.equal(client.state.name, "live");
  const polls = asked.length;
  mock.timers.tick(10_000);
  await settled();
  assert.equal(asked.length, polls);
});

test("closed is closed", () => {
  start();
  socket().establish();
  client.close();
  mock.timers.tick(60_000);
  assert.equal(FakeSocket.all.length, 1);
  assert.equal(client.state.name, "closed");
});

async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
