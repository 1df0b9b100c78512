/**
 * The bridge's HTTP calls.
 * @module
 */

/** A refusal, as the bridge tells it. `code` is for programs, the message for people. */
export class Refused extends Error {
  constructor(status, { code, message }) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const ROOT = "/v1/resumes";
const NO_ANSWER = { code: "NO_ANSWER", message: "" };

/**
 * A page of résumés. What is looked for goes in the body: it may be a name, and addresses are logged and remembered.
 * @param {object} query
 * @returns {Promise<{resumes: object[], next_page_token: string, total_size: number}>}
 */
export function list(query) {
  return call("POST", `${ROOT}/search`, query);
}

/** @returns {Promise<object>} the résumé, with its result if it has one and `view` is not `basic` */
export async function get(id, { view = "full" } = {}) {
  return (await call("GET", `${one(id)}?view=${view}`)).resume;
}

/**
 * Correct a résumé.
 * @param {string} id
 * @param {object} changes the new values
 * @param {{mask: string[], etag: string}} options what of them counts, and the version that they were made from
 * @returns {Promise<object>} the résumé as it is now; rejects with ETAG_MISMATCH where somebody else was quicker
 */
export async function update(id, changes, { mask, etag }) {
  return (await call("PATCH", one(id), { resume: changes, update_mask: mask.join(","), etag })).resume;
}

/** Remove a résumé, its file and its history. */
export async function remove(id) {
  await call("DELETE", one(id));
}

/** Start a new attempt. */
export async function retry(id) {
  return (await call("POST", `${one(id)}/retry`)).resume;
}

/** Stop the running attempt. */
export async function cancel(id) {
  return (await call("POST", `${one(id)}/cancel`)).resume;
}

/** @returns {Promise<{max_file_bytes: number}>} */
export function limits() {
  return call("GET", "/ws/status");
}

export function exportUrl(id, format) {
  return `${one(id)}/export?format=${format}`;
}

export function pageUrl(id, page, width) {
  return `${one(id)}/pages/${page}?width=${width}`;
}

export function wordsUrl(id, page) {
  return `${one(id)}/pages/${page}/words`;
}

export function fileUrl(id) {
  return `${one(id)}/file`;
}

async function call(method, path, body = null) {
  let response;
  const content = body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  try {
    // `keepalive`: what was asked for while the page is left is done all the same.
    response = await fetch(path, { method, keepalive: method === "DELETE", ...content });
  } catch {
    throw new Refused(0, NO_ANSWER);
  }
  const answer = parsed(await response.text());
  if (!response.ok) throw new Refused(response.status, answer?.error ?? NO_ANSWER);
  return answer;
}

function one(id) {
  return `${ROOT}/${encodeURIComponent(id)}`;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
