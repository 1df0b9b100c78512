import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { connect } from "../../../bridge/resumate_bridge/static/client.js";
import { Chain } from "../../../bridge/resumate_bridge/static/client/chain.js";

// Three events as resumate_grpc/model/digest.py digests them.
const ID = "0190aaaa-0000-7000-8000-000000000001";
const LOG = [
  ["queued", 0, 0, "Waiting", "81aaf54afa9538beafe6669619da022b0e403e456f0c24b5c25ce250dc810517"],
  ["text_extraction", 50, 20, "Read page 1 of 2 — résumé 🙂", "4724b32e767e382bf8168bdd878c404aa4b8fa147bfabf449a004813a01ade87"],
  ["complete", 100, 100, "Done", "2da78d1c2a651dcbf7e3528d9fa2db0bbd3d853db1ebf21b869eea0ead1c56b9"],
].map(([stage, progress, percent, status, digest], index) => ({
  type: stage === "complete" ? "complete" : "progress_update",
  resume_id: ID,
  sequence: index + 1,
  attempt: 1,
  stage,
  progress,
  overall_progress: percent,
  status,
  data: {},
  timestamp: new Date(Date.UTC(2026, 0, 2, 3, 4, 5 + index, 678)).toISOString(),
  digest,
}));

test("a log that is as it was written agrees, from its beginning and from any place in it", async () => {
  const whole = new Chain();
  for (const frame of LOG) assert.equal(await whole.agrees(frame), true);
  assert.equal(whole.digest, LOG[2].digest);
  assert.equal(await new Chain(1, LOG[0].digest).agrees(LOG[1]), true);
  const later = new Chain(1);
  assert.equal(await later.agrees(LOG[1]), true, "the first after a beginning that was not seen is believed");
  assert.equal(await later.agrees({ ...LOG[2], status: "Did" }), false);
});

for (const [field, value] of Object.entries({ status: "Waited", attempt: 2, stage: "error", progress: 1, overall_progress: 1, timestamp: "2026-01-02T03:04:05.679Z", resume_id: "r" })) {
  test(`another ${field} does not agree`, async () => {
    assert.equal(await new Chain().agrees({ ...LOG[0], [field]: value }), false);
  });
}

test("where there is no SHA-256 nothing is checked", () => {
  assert.equal(new Chain(0, "", null).canCheck(LOG[0]), false);
});

const { subtle } = globalThis.crypto;
const digest = subtle.digest.bind(subtle);
let digesting = 0;
mock.method(subtle, "digest", (...given) => {
  digesting += 1;
  return digest(...given).finally(() => (digesting -= 1));
});

class FakeSocket {
  static last = null;
  sent = [];
  constructor() {
    FakeSocket.last = this;
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {}
  async give(...frames) {
    for (const frame of frames) this.onmessage({ data: JSON.stringify(frame) });
    // SHA-256 is another thread's work: done when none is under way, and nothing that waited for it asks for another.
    for (let quiet = 0; quiet < 5; quiet = digesting ? 0 : quiet + 1) await new Promise((done) => setImmediate(done));
  }
}

let client;

beforeEach(async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  client = connect({ base: "http://bridge.example", WebSocket: FakeSocket, random: () => 1 });
  await FakeSocket.last.give({ type: "connection_established", heartbeat_seconds: 15 });
});

afterEach(() => {
  client.close();
  mock.timers.reset();
});

test("what does not agree is not heard but asked for again, and heard when it comes right", async () => {
  const seen = [];
  client.watchResume(ID, { onFrame: (frame) => seen.push(frame.status) });
  await FakeSocket.last.give(LOG[0], { ...LOG[1], status: "Changed on the way" }, LOG[2]);
  assert.deepEqual(seen, ["Waiting"]);
  assert.deepEqual(FakeSocket.last.sent.map(({ after }) => after), [0, 1]);
  await FakeSocket.last.give(LOG[1], LOG[2]);
  assert.deepEqual(seen, LOG.map(({ status }) => status));
});

test("what does not agree twice ends the watch", async () => {
  const errors = [];
  client.watchResume(ID, { onError: ({ code }) => errors.push(code) });
  await FakeSocket.last.give(LOG[0], { ...LOG[1], progress: 51 });
  await FakeSocket.last.give({ ...LOG[1], progress: 51 });
  assert.deepEqual(errors, ["DIGEST_MISMATCH"]);
});

test("a hole is noticed by the next heartbeat, and a log that became another one too", async () => {
  client.watchResume(ID, { onFrame() {} });
  await FakeSocket.last.give(LOG[0], LOG[2]);
  await FakeSocket.last.give({ type: "heartbeat", resume_id: ID, sequence: 3, digest: LOG[2].digest });
  assert.deepEqual(FakeSocket.last.sent.map(({ after }) => after), [0, 1]);
  await FakeSocket.last.give(LOG[1], { type: "heartbeat", resume_id: ID, sequence: 2, digest: LOG[2].digest });
  await FakeSocket.last.give({ type: "heartbeat", resume_id: ID, sequence: 2, digest: LOG[2].digest });
  assert.deepEqual(FakeSocket.last.sent.map(({ after }) => after), [0, 1, 2]);
});

test("the place in line is told, and that it is none any more", async () => {
  const places = [];
  client.watchResume(ID, { onQueue: (place) => places.push(place) });
  await FakeSocket.last.give({ type: "heartbeat", resume_id: ID, sequence: 0, queue_position: 3 });
  await FakeSocket.last.give({ type: "heartbeat", resume_id: ID, sequence: 0, queue_position: 0 });
  assert.deepEqual(places, [3, 0]);
});
