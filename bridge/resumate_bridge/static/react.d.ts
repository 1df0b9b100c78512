import type { Client, WatchError } from "./client.js";

export interface StageProgress {
  percent: number;
  course: "waiting" | "running" | "done" | "skipped" | "stopped";
}

export interface ResumeProgress {
  sequence: number;
  attempt: number;
  state: "queued" | "processing" | "succeeded" | "failed" | "cancelled";
  percent: number;
  message: string;
  remainingSeconds: number | null;
  stages: Record<"text_extraction" | "nlp_parsing" | "ai_enhancement", StageProgress>;
  error: { code: string; message: string; retryable: boolean } | null;
  /** The parse's failure, or why the watch cannot go on. */
  failure: WatchError | null;
}

interface ReactLike {
  useCallback: (...args: any[]) => any;
  useMemo: (...args: any[]) => any;
  useSyncExternalStore: (...args: any[]) => any;
}

export declare function resumeProgressHook(
  React: ReactLike,
  options?: { client?: Client },
): (id: string | null) => ResumeProgress;
