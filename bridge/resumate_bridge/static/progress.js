/**
 * How far a résumé is, as a page shows it: pure functions from frames to a model.
 * @module
 */

/** The stages that do work, in the order in which they run. */
export const STAGES = ["text_extraction", "nlp_parsing", "ai_enhancement"];

const ENDS = { complete: "succeeded", error: "failed", cancelled: "cancelled" };

/**
 * @typedef {"waiting" | "running" | "done" | "skipped" | "stopped"} Course
 * @typedef {{percent: number, course: Course}} StageProgress
 * @typedef {object} Progress
 * @property {number} sequence last event counted in
 * @property {number} attempt
 * @property {"queued" | "processing" | "succeeded" | "failed" | "cancelled"} state
 * @property {number} percent
 * @property {string} message
 * @property {number | null} remainingSeconds
 * @property {Record<string, StageProgress>} stages
 * @property {{code: string, message: string, retryable: boolean} | null} error
 */

/**
 * A résumé of which nothing is known yet.
 * @returns {Progress}
 */
export function unknown() {
  return {
    sequence: 0,
    attempt: 0,
    state: "queued",
    percent: 0,
    message: "",
    remainingSeconds: null,
    stages: untouched(),
    error: null,
  };
}

/**
 * Count one frame in. Frames that were counted before change nothing.
 * @param {Progress} progress
 * @param {object} frame as the bridge sends it
 * @returns {Progress}
 */
export function advance(progress, frame) {
  if (!(frame.sequence > progress.sequence)) return progress;
  const isNewAttempt = frame.attempt > progress.attempt;
  const state = ENDS[frame.type] ?? (frame.stage === "queued" ? "queued" : "processing");
  return {
    sequence: frame.sequence,
    attempt: frame.attempt,
    state,
    percent: frame.overall_progress,
    message: frame.status,
    remainingSeconds: state === "processing" || state === "queued" ? frame.estimated_seconds_remaining : null,
    stages: advanceStages(isNewAttempt ? untouched() : progress.stages, frame),
    error: frame.type === "error" ? errorOf(frame.data) : null,
  };
}

/**
 * The frame that a résumé's latest event would be, from its JSON: what a page knows before its watch has begun.
 * @param {object} resume as the bridge's HTTP answers give it
 * @returns {object | null}
 */
export function latestFrame(resume) {
  const event = resume.progress;
  if (!event || !event.sequence) return null;
  const stage = event.stage.replace("STAGE_", "").toLowerCase();
  const error = resume.error ?? event.error;
  return {
    type: stage in ENDS ? stage : "progress_update",
    resume_id: resume.id,
    sequence: event.sequence,
    attempt: event.attempt,
    stage,
    progress: event.stage_percent,
    overall_progress: event.percent,
    status: event.message,
    estimated_seconds_remaining: event.estimated_remaining ? Number.parseFloat(event.estimated_remaining) : null,
    data: error ? { error_code: error.reason, error_message: error.message, retryable: error.retryable } : {},
    timestamp: event.create_time,
  };
}

/** @returns {boolean} whether the attempt is over */
export function hasEnded(progress) {
  return progress.state === "succeeded" || progress.state === "failed" || progress.state === "cancelled";
}

function untouched() {
  return Object.fromEntries(STAGES.map((stage) => [stage, { percent: 0, course: "waiting" }]));
}

function advanceStages(stages, frame) {
  const at = STAGES.indexOf(frame.stage);
  const isOver = frame.stage === "complete";
  const isBroken = frame.stage === "error" || frame.stage === "cancelled";
  const entries = STAGES.map((stage, index) => {
    const before = stages[stage];
    if (isBroken) return [stage, before.course === "running" ? { ...before, course: "stopped" } : before];
    if (index === at) return [stage, current(frame)];
    if (isOver || index < at) return [stage, before.course === "skipped" ? before : { percent: 100, course: "done" }];
    return [stage, before];
  });
  return Object.fromEntries(entries);
}

function current(frame) {
  if (frame.stage === "ai_enhancement" && frame.status.startsWith("Skipped")) return { percent: 100, course: "skipped" };
  return { percent: frame.progress, course: frame.progress >= 100 ? "done" : "running" };
}

function errorOf(data) {
  return { code: data.error_code, message: data.error_message, retryable: data.retryable };
}
