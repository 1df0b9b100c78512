/**
 * Sends one file so that a lost answer does no harm: every try bears the same request_id.
 * @module
 */

import { delayMs } from "../backoff.js";

const MOST_TRIES = 4;

/** A file that was not taken. `status` is HTTP's, 0 where nothing answered; `code` is for programs. */
export class UploadError extends Error {
  constructor(status, { code, message }) {
    super(message);
    this.name = "UploadError";
    this.status = status;
    this.code = code;
  }
}

/**
 * @param {File | Blob} file
 * @param {object} options
 * @param {string} options.base the bridge's origin
 * @param {(progress: {sent: number, total: number}) => void} [options.onUploadProgress] in bytes, of this try
 * @param {AbortSignal} [options.signal]
 * @param {string} [options.filename] default: the file's own
 * @param {string} [options.batchId]
 * @param {string} [options.requestId] a UUID; the same id again gives the first upload's résumé
 * @returns {Promise<{resume_id: string, status: string, deduplicated: boolean}>} rejects with `UploadError`, or with the
 *   signal's reason
 */
export async function upload(file, { filename = file.name ?? "resume", requestId = newId(), random, ...options }) {
  const url = `${options.base}/v1/resumes/upload`;
  for (let tries = 1; ; tries += 1) {
    const form = new FormData();
    form.append("request_id", requestId);
    if (options.batchId) form.append("batch_id", options.batchId);
    form.append("file", file, filename);
    try {
      return await send(url, form, options);
    } catch (error) {
      const mayPass = error instanceof UploadError && (error.status === 0 || error.status === 503);
      if (!mayPass || tries === MOST_TRIES) throw error;
      await pause(delayMs(tries, random), options.signal);
    }
  }
}

function send(url, form, { onUploadProgress, signal }) {
  const request = new XMLHttpRequest(); // fetch cannot tell how much was sent
  return new Promise((resolve, reject) => {
    const abort = () => {
      request.abort();
      reject(signal.reason);
    };
    if (signal?.aborted) throw signal.reason;
    signal?.addEventListener("abort", abort, { once: true });
    request.upload.onprogress = ({ loaded, total }) => onUploadProgress?.({ sent: loaded, total });
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status === 202) resolve(body);
      else reject(new UploadError(request.status, body?.error ?? { code: "NO_ANSWER", message: "" }));
    };
    request.onerror = () => reject(new UploadError(0, { code: "NO_ANSWER", message: "nothing answers" }));
    request.onloadend = () => signal?.removeEventListener("abort", abort);
    request.open("POST", url);
    request.send(form);
  });
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A UUID, also where the page is not from a secure origin and `crypto.randomUUID` is missing. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
