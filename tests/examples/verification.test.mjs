// The example's check by digests: the specification's own figure, and that a change is noticed.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { canonical, Verification, VerificationError } from "../../docs/examples/node/verification.mjs";

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

function log(count) {
  const events = [];
  for (let number = 1; number <= count; number += 1) {
    const event = {
      resume_id: "r",
      sequence: String(number),
      feed_sequence: String(number),
      attempt: 1,
      stage: "STAGE_NLP_PARSING",
      stage_percent: number,
      percent: number,
      create_time: { seconds: "1", nanos: number * 1e6 },
      message: `é ${number}`,
    };
    event.digest = sha256(events.at(-1)?.digest ?? Buffer.alloc(32), canonical(event));
    events.push(event);
  }
  return events;
}

function verify(events, resumeId) {
  const verification = new Verification({ resumeId });
  verification.begin();
  for (const event of events) verification.take({ event });
  return verification.verified;
}

test("the figure of docs/api.md", () => {
  const event = { resume_id: "r", sequence: "1", attempt: 1, stage: "STAGE_QUEUED", stage_percent: 0, percent: 0, message: "é" };
  event.create_time = { seconds: "0", nanos: 1_000_000 };
  const digest = sha256(Buffer.alloc(32), canonical(event)).toString("hex");
  assert.equal(digest, "43aedbc52ac413fc857a218e0c10f6019342f48338cd6dc403fb1505037cac52");
});

for (const resumeId of ["r", ""]) {
  test(`what was sent passes, what was tampered with does not (${resumeId || "feed"})`, () => {
    assert.equal(verify(log(4), resumeId), 4);
    const [first, second, third, fourth] = log(4);
    const altered = { ...second, message: "All is well" };
    for (const events of [
      [first, third],
      [first, second, second],
      [first, third, second],
      [second, third],
      [first, altered, third],
      [first, { ...second, percent: 99 }, third, fourth],
    ]) {
      assert.throws(() => verify(events, resumeId), VerificationError);
    }
  });
}

test("a heartbeat tells that the last event was lost, of a résumé and of the feed", () => {
  for (const resumeId of ["r", ""]) {
    const [first, second] = log(2);
    const verification = new Verification({ resumeId });
    verification.begin();
    verification.take({ event: first });
    const heartbeat = { sequence: "2", count: "2", digest: second.digest };
    assert.throws(() => verification.take({ heartbeat }), VerificationError);
  }
});
