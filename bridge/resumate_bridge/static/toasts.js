/**
 * Short messages that come and go, and may offer one thing to do.
 * @module
 */

import { el } from "./dom.js";

const SHOWN_MS = 6_000;
const MOST = 4;

/**
 * Show a message for six seconds, longer while the pointer or the focus is in it.
 * @param {string} text
 * @param {object} [options]
 * @param {string} [options.name] what of the text is a name, and may be written from right to left
 * @param {string} [options.label] what can be done, on a button
 * @param {() => void} [options.onAction]
 * @param {() => void} [options.onGone] called once when it has gone and nothing was done
 * @param {string} [options.href] where the text leads
 * @param {"good" | "bad"} [options.tone]
 */
export function toast(text, { name = "", label = "", onAction, onGone, href = "", tone = "good" } = {}) {
  const shelf = document.getElementById("toasts");
  const at = text.indexOf(name);
  const sentence = name && at >= 0 ? [text.slice(0, at), el("bdi", {}, name), text.slice(at + name.length)] : [text];
  const words = el(href ? "a" : "span", { href: href || null }, ...sentence);
  const node = el("div.toast", { "data-tone": tone }, words);
  let timer = 0;
  let isOver = false;

  function end(isDone) {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    removeEventListener("pagehide", leave);
    removeEventListener("keydown", onKey);
    node.remove();
    if (!isDone) onGone?.();
  }

  const leave = () => end(false);
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(leave, SHOWN_MS);
  };
  const act = () => (end(true), onAction());
  // Whoever has only keys need not find the button in time.
  const onKey = (event) => {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.target.matches("input, textarea")) return;
    event.preventDefault();
    act();
  };
  if (label) {
    node.append(el("button.button.quiet", { type: "button", "aria-keyshortcuts": "Control+Z", onclick: act }, label));
    addEventListener("keydown", onKey);
  }
  for (const name of ["pointerenter", "focusin"]) node.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) node.addEventListener(name, wait);
  addEventListener("pagehide", leave);
  if (shelf.childElementCount >= MOST) shelf.firstElementChild.dispatchEvent(new Event("evicted"));
  node.addEventListener("evicted", leave);
  shelf.append(node);
  wait();
}
