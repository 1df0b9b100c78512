import type { Client } from "./client.js";
import type { ResumeProgress } from "./react.js";

export declare class ResumateProgress extends HTMLElement {
  readonly progress: Omit<ResumeProgress, "failure">;
}

export declare function shareClient(client: Client, base?: string): void;

declare global {
  interface HTMLElementTagNameMap {
    "resumate-progress": ResumateProgress;
  }
}
