import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { upload, UploadError } from "../../../bridge/resumate_bridge/static/client/upload.js";

const file = new File(["Ada"], "ada.txt");
const settled = () => new Promise((resolve) => setImmediate(resolve));
let requests;

class FakeRequest {
  upload = {};
  open(method, url) {
    Object.assign(this, { method, url });
  }
  send(form) {
    this.form = form;
    requests.push(this);
  }
  abort() {
    this.isAborted = true;
  }
  answer(status, body) {
    Object.assign(this, { status, responseText: JSON.stringify(body) });
    this.onload();
    this.onloadend();
  }
  lose() {
    this.onerror();
    this.onloadend();
  }
}

beforeEach(() => {
  requests = [];
  globalThis.XMLHttpRequest = FakeRequest;
  mock.timers.enable({ apis: ["setTimeout"] });
});

afterEach(() => {
  mock.timers.reset();
  delete globalThis.XMLHttpRequest;
});

test("a lost answer is asked for again under the same request_id", async () => {
  const sent = [];
  const done = upload(file, { base: "http://bridge.example", batchId: "b", random: () => 1, onUploadProgress: (p) => sent.push(p) });
  requests[0].upload.onprogress({ loaded: 3, total: 3 });
  requests[0].lose();
  await settled();
  mock.timers.tick(1000);
  await settled();
  requests[1].answer(202, { resume_id: "r" });
  assert.deepEqual(await done, { resume_id: "r" });
  const [first, second] = requests.map(({ form }) => Object.fromEntries(form));
  assert.match(first.request_id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(second.request_id, first.request_id);
  assert.deepEqual([first.batch_id, first.file.name, requests[0].url], ["b", "ada.txt", "http://bridge.example/v1/resumes/upload"]);
  assert.deepEqual(sent, [{ sent: 3, total: 3 }]);
});

test("a refusal is not sent again", async () => {
  const done = upload(file, { base: "" });
  requests[0].answer(415, { error: { code: "UNSUPPORTED_FORMAT", message: "a program" } });
  await assert.rejects(done, (error) => error instanceof UploadError && error.status === 415 && error.code === "UNSUPPORTED_FORMAT");
  assert.equal(requests.length, 1);
});

test("an aborted upload ends, under way or between two tries", async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const underWay = upload(file, { base: "", signal: first.signal });
  first.abort(new Error("enough"));
  await assert.rejects(underWay, /enough/);
  assert.ok(requests[0].isAborted);
  const between = upload(file, { base: "", signal: second.signal, random: () => 1 });
  requests[1].lose();
  await settled();
  second.abort(new Error("enough"));
  await assert.rejects(between, /enough/);
});
