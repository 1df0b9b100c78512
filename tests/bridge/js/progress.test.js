import assert from "node:assert/strict";
import { test } from "node:test";

import { advance, hasEnded, latestFrame, unknown } from "../../../bridge/resumate_bridge/static/progress.js";

function frame(sequence, stage, progress, more = {}) {
  return {
    type: "progress_update",
    sequence,
    attempt: 1,
    stage,
    progress,
    overall_progress: progress,
    status: "Working",
    estimated_seconds_remaining: 2,
    data: {},
    ...more,
  };
}

const courses = (progress) => Object.values(progress.stages).map(({ course }) => course);
const after = (...frames) => frames.reduce(advance, unknown());

test("stages run one after the other, and what a later stage implies is done", () => {
  assert.deepEqual(courses(unknown()), ["waiting", "waiting", "waiting"]);
  assert.deepEqual(courses(after(frame(1, "queued", 0), frame(2, "text_extraction", 40))), ["running", "waiting", "waiting"]);
  assert.deepEqual(courses(after(frame(5, "nlp_parsing", 60))), ["done", "running", "waiting"]);
});

test("AI enhancement that did not take place is skipped, not done, to the end", () => {
  const skipped = frame(3, "ai_enhancement", 100, { status: "Skipped: no model" });
  const progress = after(frame(2, "nlp_parsing", 100), skipped, frame(4, "complete", 100, { type: "complete" }));
  assert.deepEqual(courses(progress), ["done", "done", "skipped"]);
  assert.equal(progress.state, "succeeded");
  assert.equal(progress.remainingSeconds, null);
});

test("repeats and late comers change nothing", () => {
  const progress = after(frame(2, "nlp_parsing", 60));
  assert.equal(advance(progress, frame(2, "nlp_parsing", 60)), progress);
  assert.equal(advance(progress, frame(1, "text_extraction", 10)), progress);
});

test("a failure keeps how far it came, and why", () => {
  const data = { error_code: "CORRUPT_FILE", error_message: "damaged", retryable: false };
  const progress = after(frame(1, "text_extraction", 30), frame(2, "error", 0, { type: "error", overall_progress: 20, data }));
  assert.deepEqual(courses(progress), ["stopped", "waiting", "waiting"]);
  assert.deepEqual(progress.error, { code: "CORRUPT_FILE", message: "damaged", retryable: false });
  assert.ok(hasEnded(progress));
});

test("a new attempt begins anew", () => {
  const failed = after(frame(1, "nlp_parsing", 30), frame(2, "error", 0, { type: "error" }));
  const again = advance(failed, frame(3, "queued", 0, { attempt: 2 }));
  assert.deepEqual(courses(again), ["waiting", "waiting", "waiting"]);
  assert.equal(again.error, null);
  assert.equal(again.state, "queued");
});

test("a résumé's JSON tells the same as its latest frame would", () => {
  const event = {
    sequence: 7,
    attempt: 2,
    stage: "STAGE_NLP_PARSING",
    stage_percent: 60,
    percent: 72,
    message: "Reading education",
    estimated_remaining: "1.400s",
  };
  const progress = after(latestFrame({ id: "r", progress: event }));
  assert.deepEqual(
    [progress.sequence, progress.attempt, progress.state, progress.percent, progress.remainingSeconds],
    [7, 2, "processing", 72, 1.4],
  );
  assert.equal(latestFrame({ id: "r" }), null);
});

test("a failed résumé's JSON tells why", () => {
  const error = { reason: "NO_TEXT_FOUND", message: "a scan", retryable: false };
  const progress = after(latestFrame({ id: "r", error, progress: { sequence: 3, attempt: 1, stage: "STAGE_ERROR" } }));
  assert.equal(progress.state, "failed");
  assert.equal(progress.error.code, "NO_TEXT_FOUND");
});
