import assert from "node:assert/strict";
import { test } from "node:test";

import { isReadable } from "../../../bridge/resumate_bridge/static/file_kind.js";

const bytes = (...parts) => new Blob(parts);
const utf16 = (text) => Uint8Array.from([...text].flatMap((letter) => [letter.charCodeAt(0), 0]));

test("documents, texts and scans are let through, also without a mark of their encoding", async () => {
  for (const file of [
    bytes("%PDF-1.7"),
    bytes("\n\n%PDF-1.4"),
    bytes(Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0)),
    bytes(Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0, 0, 0)),
    bytes(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16)),
    bytes("Ada Fernwick\r\n\tEngineer\f\u001a"),
    bytes("阿达 Ада עדה"),
    bytes(utf16("Ada Fernwick")),
    bytes("{\\rtf1"),
  ]) {
    assert.equal(await isReadable(file), true, await file.text());
  }
});

test("programs, films and packed data are not", async () => {
  const noise = Uint8Array.from({ length: 2000 }, (_, index) => (index * 7919 + (index * index) % 251) % 256);
  for (const file of [
    bytes("MZ\u0090", new Uint8Array(5000)),
    bytes("\u007fELF", new Uint8Array(500)),
    bytes(Uint8Array.of(0, 0, 0, 32), "ftypisom", new Uint8Array(400)),
    bytes(Uint8Array.of(0x1f, 0x8b, 8, 0), noise),
  ]) {
    assert.equal(await isReadable(file), false);
  }
});
