/**
 * The link to the bridge: one WebSocket, opened again when it is lost, given up for polling where it cannot be had.
 * @module
 */

import { delayMs } from "../backoff.js";

const TRIES_BEFORE_POLLING = 3;
const SILENT_HEARTBEATS = 2;
const DEFAULT_HEARTBEAT_S = 15;

/**
 * @typedef {object} ConnectionState
 * @property {"connecting" | "live" | "reconnecting" | "polling" | "closed"} name
 * @property {number | null} retryAt when the next try is, as Date.now() counts; null where none is planned
 */

export class Link {
  #url;
  #Socket;
  #random;
  #onLive;
  #onFrame;
  #socket = null;
  #listeners = new Set();
  #state = { name: "connecting", retryAt: null };
  #failures = 0;
  #retryTimer = 0;
  #silenceTimer = 0;
  #heartbeatMs = DEFAULT_HEARTBEAT_S * 1000;
  #wake = () => this.#hurry();
  #sleep = () => this.#socket && this.#lost(); // without waiting for heartbeats that will not come

  /**
   * @param {string} url
   * @param {{WebSocket: typeof WebSocket, random: () => number, onLive: () => void, onFrame: (frame: object) => void}} options
   *   `onLive` is called each time that the link stands, `onFrame` with whatever comes over it
   */
  constructor(url, { WebSocket: Socket, random, onLive, onFrame }) {
    this.#url = url;
    this.#Socket = Socket;
    this.#random = random;
    this.#onLive = onLive;
    this.#onFrame = onFrame;
    globalThis.addEventListener?.("online", this.#wake);
    globalThis.addEventListener?.("offline", this.#sleep);
    globalThis.document?.addEventListener("visibilitychange", this.#wake);
    this.#open();
  }

  get state() {
    return this.#state;
  }

  onState(listener) {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }

  /** Send a command, if the link stands; if not, what is wanted is asked for when it does. */
  send(command) {
    if (this.#state.name === "live") this.#socket?.send(JSON.stringify(command));
  }

  close() {
    globalThis.removeEventListener?.("online", this.#wake);
    globalThis.removeEventListener?.("offline", this.#sleep);
    globalThis.document?.removeEventListener("visibilitychange", this.#wake);
    clearTimeout(this.#retryTimer);
    this.#drop();
    this.#become("closed");
  }

  #open() {
    clearTimeout(this.#retryTimer);
    const socket = new this.#Socket(this.#url);
    this.#socket = socket;
    this.#listen(); // a handshake that hangs is a dead link too
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#receive(JSON.parse(message.data));
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
  }

  #receive(frame) {
    this.#listen();
    if (frame.type !== "connection_established") {
      this.#onFrame(frame);
      return;
    }
    this.#heartbeatMs = (frame.heartbeat_seconds || DEFAULT_HEARTBEAT_S) * 1000;
    this.#failures = 0;
    this.#become("live");
    this.#onLive();
  }

  #lost() {
    this.#drop();
    this.#failures += 1;
    const waitMs = delayMs(this.#failures, this.#random);
    this.#retryTimer = setTimeout(() => this.#open(), waitMs);
    this.#become(this.#failures >= TRIES_BEFORE_POLLING ? "polling" : "reconnecting", Date.now() + waitMs);
  }

  #drop() {
    clearTimeout(this.#silenceTimer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #hurry() {
    const isHidden = globalThis.document?.visibilityState === "hidden";
    if (!isHidden && !this.#socket && this.#state.name !== "closed") this.#open();
  }

  #listen() {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#lost(), this.#heartbeatMs * SILENT_HEARTBEATS);
  }

  #become(name, retryAt = null) {
    this.#state = { name, retryAt };
    for (const listener of [...this.#listeners]) listener(this.#state);
  }
}
