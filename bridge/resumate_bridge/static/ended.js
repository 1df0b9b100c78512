/**
 * Where an attempt ended without a result: why, what to do, and another try.
 * @module
 */

import { el } from "./dom.js";
import { sentence } from "./format.js";
import { fileUrl } from "./resumes.js";
import { STRINGS } from "./strings.js";

/**
 * @param {object} resume
 * @param {import("./progress.js").Progress} progress failed or cancelled
 * @param {{onRetry: () => void}} actions
 * @returns {HTMLElement}
 */
export function endedView(resume, progress, { onRetry }) {
  const isFailed = progress.state === "failed";
  const { failed, advice } = STRINGS;
  const why = isFailed ? progress.error?.message || progress.message : failed.cancelledWhy;
  const todo = isFailed ? advice[progress.error?.code] : "";
  const retry = el("button.button.strong", { type: "button" }, failed.retry);
  retry.addEventListener("click", () => {
    retry.disabled = true;
    onRetry();
  });
  return el(
    "section.ended",
    {},
    el("p.facts", { dir: "auto" }, resume.filename),
    el("h1", { tabindex: "-1" }, isFailed ? failed.heading : failed.cancelled),
    el("p.why", { role: isFailed ? "alert" : null }, sentence(why)),
    todo && todo !== why && el("p.hint", {}, todo),
    el(
      "p.actions",
      {},
      retry,
      el("a.button", { href: "#/" }, failed.another),
      el("a.button.quiet", { href: fileUrl(resume.id), download: true }, failed.original),
    ),
  );
}

/**
 * @param {{code: string, message: string}} refusal why a résumé cannot be shown at all
 * @param {{onRetry: () => void}} actions
 * @returns {HTMLElement}
 */
export function problemView(refusal, { onRetry }) {
  const { problems, failed } = STRINGS;
  const [heading, why] = problems[refusal.code] ?? [problems.other, refusal.message];
  return el(
    "section.ended",
    {},
    el("h1", { tabindex: "-1" }, heading),
    el("p.why", { role: "alert" }, sentence(why)),
    el(
      "p.actions",
      {},
      el("a.button.strong", { href: "#/" }, problems.back),
      el("button.button", { type: "button", onclick: onRetry }, failed.retry),
    ),
  );
}
