/**
 * Whether a file can be a document at all: told by its first bytes, before any of it is sent. The server looks closer.
 * @module
 */

const HEADER_BYTES = 1024;
const KNOWN = ["PK", "\xd0\xcf\x11\xe0", "\x89PNG", "\xff\xd8\xff", "II*\0", "MM\0*", "II+\0", "MM\0+", "\xff\xfe", "\xfe\xff", "\0\0\xfe\xff"];
const MOST_CONTROLS = 0.08; // of the bytes: more than the server lets pass in a text, less than chance puts into data

/**
 * @param {Blob} file
 * @returns {Promise<boolean>} false for programs, films, other archives and the like
 */
export async function isReadable(file) {
  const bytes = [...new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer())];
  const header = String.fromCharCode(...bytes);
  if (KNOWN.some((magic) => header.startsWith(magic)) || header.includes("%PDF-")) return true;
  // Text of two bytes a character has its zeros on one side.
  const zeros = bytes.map((byte, at) => (byte === 0 ? at % 2 : -1)).filter((side) => side >= 0);
  const isWide = zeros.length > 0 && new Set(zeros).size === 1;
  const controls = bytes.filter((byte) => byte < 9 || (byte > 13 && byte < 26)).length;
  return isWide || controls <= Math.max(8, MOST_CONTROLS * bytes.length);
}
