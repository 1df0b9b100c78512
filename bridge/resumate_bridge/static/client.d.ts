/** Types of client.js: the browser's client of ResuMate. */

export type Stage =
  | "queued"
  | "text_extraction"
  | "nlp_parsing"
  | "ai_enhancement"
  | "complete"
  | "error"
  | "cancelled";

/** One event of a résumé's log, as docs/api.md describes it. */
export interface Frame {
  type: "progress_update" | "complete" | "error" | "cancelled";
  resume_id: string;
  /** 1, 2, 3 … in this résumé, without holes. */
  sequence: number;
  /** In the feed; only in the frames of `watchFeed`. */
  feed_sequence?: number;
  attempt: number;
  stage: Stage;
  /** Percent of the stage, 0 to 100. */
  progress: number;
  /** Percent of the attempt, 0 to 100. */
  overall_progress: number;
  /** What is being done, for people. */
  status: string;
  /** null until stage times were measured. */
  estimated_seconds_remaining: number | null;
  /** The parsed résumé of `complete`; `error_code`, `error_message`, `retryable` of `error`. */
  data: Record<string, unknown>;
  /** ISO 8601, in milliseconds. */
  timestamp: string;
}

export interface ConnectionState {
  name: "connecting" | "live" | "reconnecting" | "polling" | "closed";
  /** When the next try is, as Date.now() counts; null where none is planned. */
  retryAt: number | null;
}

/** A parse that did not succeed (then with its `frame`), or a watch that cannot go on. */
export declare class WatchError extends Error {
  /** The error reason of docs/api.md, or CANCELLED. */
  readonly code: string;
  readonly retryable: boolean;
  readonly frame: Frame | null;
}

/** A file that was not taken. */
export declare class UploadError extends Error {
  /** HTTP's; 0 where nothing answered. */
  readonly status: number;
  readonly code: string;
}

export interface WatchOptions {
  /** Last number already seen: `sequence` of a résumé, `feed_sequence` of the feed. Default 0: from the first. */
  after?: number;
  onProgress?: (frame: Frame) => void;
  onComplete?: (frame: Frame) => void;
  onError?: (error: WatchError) => void;
  /** Every frame, before the callback of its kind. */
  onFrame?: (frame: Frame) => void;
  /** Of a résumé that waits: its place in line, 1 = next; 0 in any other state. Not told while polling. */
  onQueue?: (position: number) => void;
  /** The watch cannot go on. */
  onRefused?: (error: { code: string; message: string }) => void;
  /** Ends the watch. */
  signal?: AbortSignal;
}

export interface FeedOptions extends WatchOptions {
  /** Whether `complete` bears the résumé. Default false. */
  includeParsed?: boolean;
  /** WebSockets are blocked, and the feed cannot be polled: look for yourself. Called every two seconds. */
  onPoll?: () => void;
}

/**
 * Call it to end the watch. Where no callback was given, iterate over it: each frame once and in order; a parse that
 * failed is a frame, a watch that cannot go on throws `WatchError`, an aborted signal its reason.
 */
export interface Watch extends AsyncIterable<Frame> {
  (): void;
}

export interface UploadOptions {
  /** In bytes; starts over with each try. */
  onUploadProgress?: (progress: { sent: number; total: number }) => void;
  signal?: AbortSignal;
  filename?: string;
  batchId?: string;
  /** A UUID; the same id again gives the first upload's résumé. Default: a new one. */
  requestId?: string;
}

export interface Uploaded {
  resume_id: string;
  status: string;
  deduplicated: boolean;
  estimated_time_seconds: number | null;
  file_hash: string;
  websocket_url: string;
}

export interface ConnectOptions {
  /** The bridge's origin; default: the page's own. */
  base?: string;
  WebSocket?: typeof WebSocket;
  fetch?: typeof fetch;
  random?: () => number;
}

export declare class Client {
  constructor(options?: ConnectOptions);
  readonly state: ConnectionState;
  /** Calls `listener` now and whenever the state changes; returns what stops it. */
  onState(listener: (state: ConnectionState) => void): () => void;
  watchResume(resumeId: string, options?: WatchOptions): Watch;
  watchFeed(options?: FeedOptions): Watch;
  unwatch(watch: Watch | string): void;
  /** Rejects with `UploadError`, or with the signal's reason. */
  upload(file: File | Blob, options?: UploadOptions): Promise<Uploaded>;
  close(): void;
}

export declare function connect(options?: ConnectOptions): Client;
