// Checks that nothing was lost, repeated, reordered or changed on the way: recomputes the digests that
// protos/resumate/v1/progress.proto and watch.proto specify. Pure.

import { createHash } from "node:crypto";

const START = Buffer.alloc(32);
const STAGES = ["UNSPECIFIED", "QUEUED", "TEXT_EXTRACTION", "NLP_PARSING", "AI_ENHANCEMENT", "COMPLETE", "ERROR", "CANCELLED"];

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

function i64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

function text(value) {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([i64(bytes.length), bytes]);
}

// The bytes of an event (as proto-loader gives it, with `longs: String, enums: String`) that its digest is over.
export function canonical(event) {
  const { seconds, nanos } = event.create_time;
  const milliseconds = BigInt(seconds) * 1000n + BigInt(Math.floor(nanos / 1e6));
  const stage = STAGES.indexOf(event.stage.replace("STAGE_", ""));
  const numbers = [event.sequence, event.attempt, stage, event.stage_percent, event.percent, milliseconds];
  return Buffer.concat([text(event.resume_id), ...numbers.map(i64), text(event.message)]);
}

export class VerificationError extends Error {}

// Of one watch, over however many calls it takes: `begin` before each, `take` with every message. Both a résumé
// (`resumeId`) and, without one, a batch or the feed. `after` is where the watch begins.
export class Verification {
  verified = 0;
  trusted = 0; // taken as they are, for what came before them is not known
  #resumeId;
  #after;
  #position;
  #chains = new Map(); // résumé → its last event's sequence and digest
  #sent = 0n;
  #sentDigest = START;

  constructor({ resumeId = "", after = 0n } = {}) {
    this.#resumeId = resumeId;
    this.#after = this.#position = BigInt(after);
    if (resumeId && !this.#after) this.#chains.set(resumeId, { sequence: 0n, digest: START });
  }

  begin() {
    this.#sent = 0n;
    this.#sentDigest = START;
  }

  take({ event, heartbeat }) {
    if (event) this.#takeEvent(event);
    else if (heartbeat) this.#takeHeartbeat(heartbeat);
  }

  #takeEvent(event) {
    const number = BigInt(this.#resumeId ? event.sequence : event.feed_sequence);
    if (number <= this.#position) throw new VerificationError(`event ${number} came after event ${this.#position}`);
    const known = this.#chains.get(event.resume_id);
    const sequence = BigInt(event.sequence);
    if (!known && sequence > 1n && this.#after > 0n) {
      this.trusted += 1;
    } else {
      const { sequence: before, digest } = known ?? { sequence: 0n, digest: START };
      if (sequence !== before + 1n) throw new VerificationError(`event ${number} came after ${before}`);
      if (!sha256(digest, canonical(event)).equals(event.digest)) {
        throw new VerificationError(`event ${number} is not the one in the log: its digest differs`);
      }
      this.verified += 1;
    }
    this.#chains.set(event.resume_id, { sequence, digest: event.digest });
    this.#position = number;
    this.#sent += 1n;
    this.#sentDigest = sha256(this.#sentDigest, event.digest);
  }

  #takeHeartbeat(heartbeat) {
    if (BigInt(heartbeat.sequence) !== this.#position) {
      throw new VerificationError(`event ${heartbeat.sequence} was sent last, and ${this.#position} arrived last`);
    }
    const known = this.#chains.get(this.#resumeId);
    if (this.#resumeId && !known) this.#chains.set(this.#resumeId, { sequence: this.#position, digest: heartbeat.digest });
    const count = this.#resumeId ? this.#position : this.#sent;
    const digest = this.#resumeId ? (known?.digest ?? heartbeat.digest) : this.#sentDigest;
    if (BigInt(heartbeat.count) !== count || !digest.equals(heartbeat.digest)) {
      throw new VerificationError(`the events up to ${this.#position} are not those that were sent`);
    }
  }
}
