// Watches through interruptions: comes back after the last event, so that each arrives once and in order.

import { setTimeout as sleep } from "node:timers/promises";
import grpc from "@grpc/grpc-js";

const { UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED, INTERNAL, OK } = grpc.status;
const ENDS = new Set(["STATE_SUCCEEDED", "STATE_FAILED", "STATE_CANCELLED"]);
const SILENT_HEARTBEATS = 2.5; // a link is dead when two heartbeats are missing
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 15_000;

class Lost extends Error {} // coming back may mend it

function mayPass(error) {
  if (error instanceof Lost || [UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED].includes(error.code)) return true;
  return error.code === INTERNAL && /RST_STREAM/.test(error.details ?? "");
}

/**
 * Yields events. `target` is {resume_id}, {batch_id} or {feed: true}. `after` is the last number already seen (`sequence`
 * of a résumé, else `feed_sequence`) and `epoch` the log that it counts in. A résumé's watch ends after its terminal
 * event unless `follow`. What coming back cannot mend is thrown: NOT_FOUND, OUT_OF_RANGE (history gone),
 * FAILED_PRECONDITION (another log), and what is still so after `patienceMs` without a sign of life. `verification` is
 * given every message before it is used; `observer` is told of each call's request, messages and end.
 */
export async function* watch(service, target, options = {}) {
  const { follow = false, heartbeatS = 15, patienceMs = 120_000, verification, observer } = options;
  let position = BigInt(options.after ?? 0);
  let epoch = options.epoch ?? "";
  let ended = false;
  let failures = 0;
  let heardAt = Date.now();

  for (;;) {
    let askedMs = 0;
    const request = { ...target, after_sequence: String(position), epoch, follow, heartbeat_interval: { seconds: heartbeatS } };
    observer?.opened(request);
    verification?.begin();
    const stream = service.WatchProgress(request);
    const silenceMs = heartbeatS * 1000 * SILENT_HEARTBEATS;
    let timer = setTimeout(() => stream.cancel(), silenceMs);
    try {
      for await (const update of stream) {
        clearTimeout(timer);
        failures = 0;
        heardAt = Date.now();
        observer?.update(update);
        verification?.take(update);
        const { event, heartbeat, draining } = update;
        if (draining) askedMs = milliseconds(draining.reconnect_after);
        if (heartbeat) {
          epoch = heartbeat.epoch;
          if (BigInt(heartbeat.sequence) > position) throw new Lost(`event ${heartbeat.sequence} has not arrived`);
        }
        if (event) {
          const number = BigInt(target.resume_id ? event.sequence : event.feed_sequence);
          if (number > position) {
            if (target.resume_id && number > position + 1n) throw new Lost(`event ${number} came after ${position}`);
            position = number;
            epoch = event.epoch;
            ended = ENDS.has(event.state);
            yield event;
          }
        }
        timer = setTimeout(() => stream.cancel(), silenceMs);
      }
      observer?.closed({ code: OK });
      if (target.resume_id && ended) return;
      throw new Lost("the stream ended early");
    } catch (error) {
      if (error.code !== undefined) observer?.closed(error);
      if (!mayPass(error) || Date.now() - heardAt > patienceMs) throw error;
      const reachMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      failures += 1;
      await sleep(askedMs + Math.random() * reachMs); // full jitter: not all clients come back at once
    } finally {
      clearTimeout(timer);
      stream.cancel();
    }
  }
}

function milliseconds({ seconds, nanos }) {
  return Number(seconds) * 1000 + nanos / 1e6;
}
