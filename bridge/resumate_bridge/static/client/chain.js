/**
 * Checks that a résumé's events are those that the service wrote: none lost, repeated, reordered or changed on the way.
 * Each bears a SHA-256 over its log so far; protos/resumate/v1/progress.proto tells of what.
 * @module
 */

const STAGES = ["queued", "text_extraction", "nlp_parsing", "ai_enhancement", "complete", "error", "cancelled"];
const NOTHING = "00".repeat(32);

/** Recomputes the digests of one log. Browsers have SHA-256 on https and localhost alone: elsewhere nothing is checked. */
export class Chain {
  #subtle;
  /** The last event that agreed. */
  position;
  /** Its digest; "" where nothing is known yet. */
  digest;

  /**
   * @param {number} [after] the event after which the log goes on
   * @param {string} [digest] that event's; "" = the next one is believed
   * @param {SubtleCrypto | undefined} [subtle]
   */
  constructor(after = 0, digest = "", subtle = globalThis.crypto?.subtle) {
    this.position = after;
    this.digest = after === 0 ? NOTHING : digest;
    this.#subtle = subtle;
  }

  /** @returns {boolean} whether there is something to check about a frame */
  canCheck(frame) {
    return Boolean(this.#subtle && frame.digest);
  }

  /** @returns {Promise<boolean>} false where a frame that is the next one does not follow from the last */
  async agrees(frame) {
    if (frame.sequence !== this.position + 1) return true;
    if (this.digest && (await this.#after(bytesOf(this.digest), frame)) !== frame.digest) return false;
    this.position = frame.sequence;
    this.digest = frame.digest;
    return true;
  }

  async #after(before, frame) {
    const numbers = [
      frame.sequence,
      frame.attempt,
      STAGES.indexOf(frame.stage) + 1,
      frame.progress,
      frame.overall_progress,
      Date.parse(frame.timestamp),
    ];
    const bytes = [...before, ...text(frame.resume_id), ...numbers.flatMap(number), ...text(frame.status)];
    return hexOf(new Uint8Array(await this.#subtle.digest("SHA-256", Uint8Array.from(bytes))));
  }
}

function text(words) {
  const bytes = new TextEncoder().encode(words);
  return [...number(bytes.length), ...bytes];
}

function number(value) {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, BigInt(value));
  return [...new Uint8Array(view.buffer)];
}

function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
}

function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
