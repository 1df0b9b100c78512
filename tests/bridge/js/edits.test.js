import assert from "node:assert/strict";
import { test } from "node:test";

import { Draft } from "../../../bridge/resumate_bridge/static/draft.js";
import * as edits from "../../../bridge/resumate_bridge/static/edits.js";

const PARSED = Object.freeze({
  personal_info: { full_name: "Ada", email: "a@b.c" },
  work_experience: [
    { company: "Acme", title: "Engineer", highlights: ["Built", "Ran"] },
    { company: "Beta", title: "Lead", highlights: [] },
  ],
  skills: { technical: ["Go", "SQL", "C"] },
  evidence: [
    { field_path: "personal_info.email", confidence: 0.9 },
    { field_path: "work_experience[0].company", confidence: 0.8 },
    { field_path: "work_experience[0].highlights[1]", confidence: 0.7 },
    { field_path: "work_experience[1].company", confidence: 0.6 },
    { field_path: "skills.technical[2]", confidence: 0.5 },
  ],
});

const paths = (parsed) => parsed.evidence.map(({ field_path: path }) => path);

test("a value that a person wrote loses its place, others keep theirs", () => {
  const changed = edits.setAt(PARSED, "work_experience[0].company", "ACME Ltd");
  assert.equal(changed.work_experience[0].company, "ACME Ltd");
  assert.equal(changed.work_experience[1], PARSED.work_experience[1]);
  assert.ok(!paths(changed).includes("work_experience[0].company"));
  assert.equal(changed.evidence.length, 4);
  assert.equal(PARSED.work_experience[0].company, "Acme");
  assert.equal(edits.setAt(PARSED, "personal_info.email", "a@b.c"), PARSED);
});

test("places follow their entries when these are moved, removed or joined by others", () => {
  const moved = edits.moveAt(PARSED, "work_experience", 0, 1);
  assert.deepEqual(moved.work_experience.map(({ company }) => company), ["Beta", "Acme"]);
  assert.deepEqual(paths(moved).slice(1, 4), [
    "work_experience[1].company",
    "work_experience[1].highlights[1]",
    "work_experience[0].company",
  ]);
  const removed = edits.removeAt(PARSED, "work_experience", 0);
  assert.deepEqual(paths(removed), ["personal_info.email", "work_experience[0].company", "skills.technical[2]"]);
  const joined = edits.insertAt(PARSED, "skills.technical", 0, "Rust");
  assert.deepEqual(joined.skills.technical, ["Rust", "Go", "SQL", "C"]);
  assert.equal(paths(joined).at(-1), "skills.technical[3]");
  assert.equal(edits.moveAt(PARSED, "work_experience", 0, -1), PARSED);
});

test("an entry whose last value is taken away goes", () => {
  const one = edits.clearAt(PARSED, "work_experience[1].company");
  assert.equal(one.work_experience[1].company, "");
  const two = edits.clearAt(one, "work_experience[1].title");
  assert.deepEqual(two.work_experience.map(({ company }) => company), ["Acme"]);
  assert.equal(edits.clearAt(PARSED, "personal_info.email").personal_info.email, "");
});

test("the mask names fields where there are fields, and lists as a whole", () => {
  const one = edits.setAt(PARSED, "personal_info.email", "x@y.z");
  const two = edits.setAt(one, "work_experience[1].title", "Head");
  const three = edits.removeAt(two, "skills.technical", 0);
  assert.deepEqual(edits.maskOf(PARSED, three), [
    "parsed.personal_info.email",
    "parsed.work_experience",
    "parsed.skills.technical",
  ]);
  assert.deepEqual(edits.maskOf(PARSED, PARSED), []);
});

test("corrections of two people are joined; what both changed is to be decided", () => {
  const mine = edits.setAt(edits.setAt(PARSED, "personal_info.email", "mine@x.y"), "work_experience[0].title", "CTO");
  const theirs = edits.setAt(edits.setAt(PARSED, "personal_info.email", "theirs@x.y"), "work_experience[1].title", "VP");
  const { merged, conflicts } = edits.merge(PARSED, mine, theirs);
  assert.deepEqual(conflicts, [{ path: "personal_info.email", mine: "mine@x.y", theirs: "theirs@x.y" }]);
  assert.deepEqual(merged.work_experience.map(({ title }) => title), ["CTO", "VP"]);
  const shorter = edits.removeAt(PARSED, "skills.technical", 0);
  const other = edits.setAt(PARSED, "skills.technical[0]", "Golang");
  assert.deepEqual(edits.merge(PARSED, shorter, other).conflicts.map(({ path }) => path), ["skills.technical"]);
});

/** A server that keeps one résumé and can be told to refuse. */
function server(parsed) {
  const kept = { parsed, etag: "1" };
  return {
    kept,
    saves: [],
    refuse: null,
    async save(next, mask, etag) {
      this.saves.push(mask);
      if (this.refuse) throw this.refuse;
      if (etag !== kept.etag) throw Object.assign(new Error("stale"), { code: "ETAG_MISMATCH" });
      kept.parsed = next;
      kept.etag = String(Number(etag) + 1);
      return { ...kept };
    },
    async load() {
      return { ...kept };
    },
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("each correction is saved, and what comes in meanwhile with the next save", async () => {
  const one = server(PARSED);
  const states = [];
  const draft = new Draft({ parsed: PARSED, etag: "1" }, one, () => states.push(draft.state));
  draft.apply((parsed) => edits.setAt(parsed, "personal_info.email", "x@y.z"));
  draft.apply((parsed) => edits.setAt(parsed, "personal_info.full_name", "Ada L."));
  await settled();
  assert.deepEqual(one.saves, [["parsed.personal_info.email"], ["parsed.personal_info.full_name"]]);
  assert.equal(one.kept.parsed.personal_info.full_name, "Ada L.");
  assert.equal(states.at(-1), "saved");
  draft.undo();
  draft.undo();
  await settled();
  assert.deepEqual(one.kept.parsed.personal_info, PARSED.personal_info);
  assert.ok(!draft.canUndo && draft.canRedo);
  draft.redo();
  await settled();
  assert.equal(one.kept.parsed.personal_info.email, "x@y.z");
});

test("a refused save says why, keeps the correction, and can be tried again", async () => {
  const one = server(PARSED);
  const draft = new Draft({ parsed: PARSED, etag: "1" }, one, () => {});
  one.refuse = Object.assign(new Error("away"), { code: "NO_ANSWER" });
  draft.apply((parsed) => edits.setAt(parsed, "personal_info.email", "x@y.z"));
  await settled();
  assert.equal(draft.state, "unsaved");
  assert.equal(draft.refusal.code, "NO_ANSWER");
  one.refuse = null;
  await draft.save();
  assert.equal(draft.state, "saved");
  assert.equal(one.kept.parsed.personal_info.email, "x@y.z");
});

test("somebody else's corrections are joined, and saved once every conflict is decided", async () => {
  const one = server(PARSED);
  const draft = new Draft({ parsed: PARSED, etag: "1" }, one, () => {});
  one.kept.parsed = edits.setAt(edits.setAt(PARSED, "personal_info.email", "theirs@x.y"), "skills.technical[0]", "Golang");
  one.kept.etag = "7";
  draft.apply((parsed) => edits.setAt(parsed, "personal_info.email", "mine@x.y"));
  await settled();
  assert.equal(draft.state, "conflict");
  assert.equal(draft.parsed.skills.technical[0], "Golang");
  assert.equal(one.kept.parsed.personal_info.email, "theirs@x.y");
  draft.resolve("personal_info.email", "mine@x.y");
  await settled();
  assert.equal(draft.state, "saved");
  assert.equal(one.kept.parsed.personal_info.email, "mine@x.y");
  assert.equal(one.kept.parsed.skills.technical[0], "Golang");
});
