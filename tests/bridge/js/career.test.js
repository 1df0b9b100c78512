import assert from "node:assert/strict";
import { test } from "node:test";

import { timeline } from "../../../bridge/resumate_bridge/static/career_time.js";
import { monthsBetween } from "../../../bridge/resumate_bridge/static/format.js";

const parsed = (dates, gaps = []) => ({
  work_experience: dates.map(([start_date, end_date]) => ({ start_date, end_date })),
  career: { as_of: "2026-01", posts: dates.map((_, index) => `work_experience[${index}]`), gaps },
});

test("posts stand in time, the present is the month of the parse", () => {
  const { bars, lanes, from, to } = timeline(parsed([["2025-01", "present"], ["2023-12", "2024-12"]]));
  assert.deepEqual([lanes, from, to], [1, "2023-12", "2026-01"]);
  assert.deepEqual(bars.map(({ path }) => path), ["work_experience[1]", "work_experience[0]"]);
  assert.deepEqual(bars.map(({ start, length }) => [start, length]), [[0, 0.5], [0.5, 0.5]]);
});

test("posts at once stand in lanes of their own, and a lane is used again", () => {
  const { bars, lanes } = timeline(parsed([["2019", "2020"], ["2020-06", "2022"], ["2021", "2022"]]));
  assert.equal(lanes, 2);
  assert.deepEqual(bars.map(({ lane }) => lane), [0, 1, 0]);
});

test("a gap lies between its posts", () => {
  const gap = { start_month: "2020-07", end_month: "2020-12", months_min: 6, months_max: 6 };
  const { bars } = timeline(parsed([["2020-01", "2020-06"], ["2021-01", "2021-12"]], [gap]));
  assert.deepEqual(bars[0], { path: "", isGap: true, lane: 0, start: 0.25, length: 0.25 });
});

test("nothing is drawn of no post, or of one that ends before it begins", () => {
  assert.deepEqual(timeline(parsed([])).bars, []);
  assert.deepEqual(timeline(parsed([["2021-05", "2021-01"]])).bars, []);
});

test("months are told in years", () => {
  assert.equal(monthsBetween(131, 131), "10 years 11 months");
  assert.equal(monthsBetween(1, 12), "1 month to 1 year");
  assert.equal(monthsBetween(24, 24), "2 years");
  assert.equal(monthsBetween(0, 0), "0 months");
});
