import assert from "node:assert/strict";
import { test } from "node:test";

import { findings, grade } from "../../../bridge/resumate_bridge/static/findings.js";
import { ago, duration, month, period, sentence, size } from "../../../bridge/resumate_bridge/static/format.js";
import { pieces, Text } from "../../../bridge/resumate_bridge/static/spans.js";

test("places count code points, not UTF-16 units", () => {
  const text = new Text("🙂 Ada\nBerlin");
  assert.equal(text.slice(2, 5), "Ada");
  assert.deepEqual(text.snippet(2, 5), { before: "🙂 ", match: "Ada", after: "" });
});

test("a snippet is what stands near on the same line", () => {
  const text = new Text(`${"a".repeat(60)} X ${"b".repeat(60)}\nother line`);
  const { before, match, after } = text.snippet(61, 62);
  assert.equal(match, "X");
  assert.equal(before, `…${"a".repeat(27)} `);
  assert.equal(after, ` ${"b".repeat(27)}…`);
});

test("pieces are the whole text, each in at most one place, the chosen one whole", () => {
  const text = new Text("one two three");
  const places = [
    { path: "line", start: 0, end: 13 },
    { path: "word", start: 4, end: 7 },
    { path: "nowhere", start: 5, end: 5 },
    { path: "beyond", start: 10, end: 99 },
  ];
  assert.deepEqual(pieces(text, places), [
    { text: "one ", path: null },
    { text: "two", path: "word" },
    { text: " three", path: null },
  ]);
  assert.deepEqual(pieces(text, places, "line"), [{ text: "one two three", path: "line" }]);
  assert.deepEqual(pieces(new Text(""), []), []);
});

test("findings keep what is there, with confidence and place", () => {
  const { sections } = findings({
    text: "Ada\nEngineer at Acme\n",
    personal_info: { full_name: "Ada", email: "" },
    work_experience: [{ title: "Engineer", company: "Acme", highlights: ["Built it"] }, {}],
    education: [],
    skills: { technical: ["Go"], soft_skills: [] },
    confidence_scores: { personal_info: 0.9, work_experience: 0 },
    evidence: [
      { field_path: "personal_info.full_name", confidence: 0.9, page: 1, start: 0, end: 3 },
      { field_path: "work_experience[0].company", confidence: 0.5, page: 1, start: 16, end: 20 },
      { field_path: "skills.technical[0]", confidence: 0.7, page: 2, start: 4, end: 4 },
    ],
  });
  assert.deepEqual(sections.map(({ name }) => name), ["personal_info", "work_experience", "skills"]);
  const [contact, work, skills] = sections;
  assert.deepEqual(contact.entries[0].values.map(({ text, confidence, page }) => [text, confidence, page]), [["Ada", 0.9, 1]]);
  assert.equal(work.entries.length, 1);
  assert.equal(work.confidence, null);
  assert.deepEqual(work.entries[0].values[1].snippet, { before: "Engineer at ", match: "Acme", after: "" });
  assert.equal(work.entries[0].values[0].found, "none");
  assert.equal(work.entries[0].lists[0].values[0].path, "work_experience[0].highlights[0]");
  assert.equal(skills.entries[0].lists[0].values[0].found, "link");
});

test("an empty result is no section", () => {
  assert.deepEqual(findings({}).sections, []);
});

test("grades have colours", () => {
  assert.deepEqual([0.99, 0.85, 0.7, 0.3, null].map(grade), ["high", "high", "fair", "low", "none"]);
});

test("figures read as people write them", () => {
  assert.deepEqual([0, 999, 1000, 1_450_000, 12_000_000].map(size).map(plain), ["0 bytes", "999 bytes", "1.0 kB", "1.4 MB", "12 MB"]);
  assert.deepEqual([null, 0.2, 59, 150].map(duration).map(plain), ["", "1 s", "59 s", "3 min"]);
  assert.deepEqual(["2019-03", "2019", "present", undefined].map(month), ["Mar 2019", "2019", "present", ""]);
  assert.equal(period("2019-03", "present"), "Mar 2019 – present");
  assert.equal(sentence("the file is damaged; export it"), "The file is damaged; export it.");
  assert.equal(sentence("Done!"), "Done!");
  assert.equal(sentence(" "), "");
  const now = Date.parse("2026-01-02T12:00:00Z");
  assert.equal(ago("2026-01-02T11:59:50Z", now), "just now");
  assert.equal(ago("2026-01-02T09:00:00Z", now), "3 h ago");
  assert.equal(ago(undefined, now), "");
});

function plain(text) {
  return text.replaceAll("\u00a0", " ");
}
