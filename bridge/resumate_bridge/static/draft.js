/**
 * A parsed résumé that is being corrected: what the server has, what stands on the page, and the way back.
 *
 * Every correction is saved by itself, one after the other; what comes in meanwhile goes along with the next save.
 * Knows no page: the saving is given to it.
 * @module
 */

import { maskOf, merge, setAt } from "./edits.js";

const MAX_STEPS = 200;

/**
 * @typedef {{parsed: object, etag: string}} Version
 * @typedef {"saved" | "saving" | "unsaved" | "conflict"} SavingState
 * @typedef {object} Server
 * @property {(parsed: object, mask: string[], etag: string) => Promise<Version>} save rejects with `code` ETAG_MISMATCH
 *   where somebody else has changed it
 * @property {() => Promise<Version>} load
 */

export class Draft {
  #server;
  #base;
  #etag;
  #past = [];
  #future = [];
  #onChange;
  #isSaving = false;

  /**
   * @param {Version} version
   * @param {Server} server
   * @param {() => void} onChange called whenever anything here is another than before
   */
  constructor({ parsed, etag }, server, onChange) {
    this.#server = server;
    this.#base = parsed;
    this.#etag = etag;
    this.#onChange = onChange;
    this.parsed = parsed;
    /** @type {SavingState} */
    this.state = "saved";
    /** Why it could not be saved; null where it could. @type {{code: string, message: string} | null} */
    this.refusal = null;
    /** What both changed, to be decided. @type {import("./edits.js").Conflict[]} */
    this.conflicts = [];
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Correct something: `edit` makes the new parsed résumé of the present one. */
  apply(edit) {
    const next = edit(this.parsed);
    if (next === this.parsed) return;
    this.#past = [...this.#past.slice(-MAX_STEPS + 1), this.parsed];
    this.#future = [];
    this.#show(next);
  }

  /** Take the last correction back; that is a correction too, and saved. */
  undo() {
    if (!this.canUndo) return;
    this.#future = [...this.#future, this.parsed];
    this.#show(this.#past.pop());
  }

  /** Do again what was taken back. */
  redo() {
    if (!this.canRedo) return;
    this.#past = [...this.#past, this.parsed];
    this.#show(this.#future.pop());
  }

  /** Decide a conflict: `value` is what shall stand. */
  resolve(path, value) {
    this.conflicts = this.conflicts.filter((conflict) => conflict.path !== path);
    this.parsed = setAt(this.parsed, path, value);
    this.#changed(this.conflicts.length ? "conflict" : "unsaved");
    if (!this.conflicts.length) this.save();
  }

  /** Save what is not saved yet; also the way to try again. */
  async save() {
    if (this.#isSaving || this.conflicts.length) return;
    this.#isSaving = true;
    try {
      await this.#saveAll();
    } finally {
      this.#isSaving = false;
    }
  }

  async #saveAll() {
    for (let mask = this.#mask(); mask.length && !this.conflicts.length; mask = this.#mask()) {
      const sent = this.parsed;
      this.#changed("saving");
      try {
        const saved = await this.#server.save(sent, mask, this.#etag);
        this.#etag = saved.etag;
        this.#base = saved.parsed;
        if (this.parsed === sent) this.parsed = saved.parsed;
      } catch (refusal) {
        if (refusal.code !== "ETAG_MISMATCH" || !(await this.#join())) return this.#refused(refusal);
      }
    }
    this.refusal = null;
    this.#changed(this.conflicts.length ? "conflict" : "saved");
  }

  /** Take in what somebody else has changed; what is being saved finds out by itself. */
  async refresh() {
    if (this.#isSaving || this.state !== "saved" || !(await this.#join())) return;
    this.#changed(this.conflicts.length ? "conflict" : "saved");
  }

  // Somebody else was quicker: their corrections and these become one.
  async #join() {
    let theirs;
    try {
      theirs = await this.#server.load();
    } catch {
      return false;
    }
    const { merged, conflicts } = merge(this.#base, this.parsed, theirs.parsed);
    if (theirs.etag === this.#etag) return true;
    this.#base = theirs.parsed;
    this.#etag = theirs.etag;
    // The steps back lead to what stood before their corrections, and would undo those too.
    this.#past = [];
    this.#future = [];
    this.parsed = merged;
    this.conflicts = conflicts;
    return true;
  }

  #mask() {
    return maskOf(this.#base, this.parsed);
  }

  #show(parsed) {
    this.parsed = parsed;
    this.#changed(this.conflicts.length ? "conflict" : "unsaved");
    this.save();
  }

  #refused(refusal) {
    this.refusal = refusal;
    this.#changed("unsaved");
  }

  #changed(state) {
    this.state = state;
    this.#onChange();
  }
}
