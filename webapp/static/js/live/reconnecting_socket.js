// A WebSocket to the live service that comes back by itself, each time with a fresh token.
import { postJson } from "../recording/http.js";

const LONGEST_PAUSE = 8000;
/** Closing codes after which trying again makes no sense. */
/** @type {Record<number, string>} */
const FINAL = { 4403: "not_allowed", 4409: "taken_over" };
/** Closing codes after which we should be in less of a hurry. */
const SLOWER = [4400, 4408, 4413, 4429];

/**
 * Events by callback: onUp() when it is joined, onMessage(object), onDown() when it is lost and will be tried again, onEnd(reason, message)
 * when it will not. `purpose` is "signal" or "reading", which is also the path.
 */
export class ReconnectingSocket {
  /** @type {WebSocket | null} */
  #socket = null;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #wanted = false;
  #round = 0;

  /**
   * @param {{
   *   purpose: "signal" | "reading",
   *   tokenUrl: string,
   *   hello?: Record<string, unknown>,
   *   onUp?: () => void,
   *   onMessage: (message: any) => void,
   *   onDown?: () => void,
   *   onEnd?: (reason: string, message: string) => void,
   * }} options
   */
  constructor({ purpose, tokenUrl, hello = {}, onUp = () => {}, onMessage, onDown = () => {}, onEnd = () => {} }) {
    this.purpose = purpose;
    this.tokenUrl = tokenUrl;
    this.hello = hello;
    this.onUp = onUp;
    this.onMessage = onMessage;
    this.onDown = onDown;
    this.onEnd = onEnd;
    window.addEventListener("online", () => this.#hurry());
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Bytes that the network has not taken yet. */
  get waiting() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  start() {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#failures = 0;
    this.#connect();
  }

  stop() {
    this.#wanted = false;
    this.#round += 1;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
    this.#socket = null;
  }

  /**
   * Send an object as JSON, or bytes as they are. Returns whether there was a line to send it on.
   * @param {ArrayBuffer | object} data
   */
  send(data) {
    if (!this.#socket || !this.isOpen) return false;
    this.#socket.send(data instanceof ArrayBuffer ? data : JSON.stringify(data));
    return true;
  }

  async #connect() {
    const round = (this.#round += 1);
    let token;
    let url;
    try {
      ({ token, url } = await postJson(this.tokenUrl, { purpose: this.purpose }, { timeout: 8000 }));
    } catch (error) {
      if (round !== this.#round) return;
      if ([401, 403, 404, 410].includes(error.status)) this.#end("not_allowed", error.message);
      else this.#again();
      return;
    }
    if (round !== this.#round) return;
    const socket = new WebSocket(`${url.replace(/\/$/, "")}/${this.purpose}`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    const late = setTimeout(() => socket.close(), 8000);
    socket.onopen = () => {
      clearTimeout(late);
      socket.send(JSON.stringify({ type: "join", token, ...this.hello }));
      this.onUp();
    };
    socket.onmessage = ({ data }) => {
      this.#failures = 0;
      let message;
      try {
        message = JSON.parse(data);
      } catch {
        return; // not ours
      }
      this.onMessage(message);
    };
    socket.onclose = ({ code, reason }) => {
      clearTimeout(late);
      if (round !== this.#round) return;
      this.#socket = null;
      if (FINAL[code]) this.#end(FINAL[code], reason);
      else this.#again(SLOWER.includes(code) ? 2000 : 0);
    };
  }

  /**
   * @param {string} reason
   * @param {string} message
   */
  #end(reason, message) {
    this.#wanted = false;
    this.onEnd(reason, message ?? "");
  }

  /** @param {number} [atLeast] */
  #again(atLeast = 0) {
    if (!this.#wanted) return;
    this.onDown();
    const pause = Math.max(atLeast, Math.min(LONGEST_PAUSE, 250 * 2 ** this.#failures)) * (0.75 + 0.5 * Math.random());
    this.#failures += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), pause);
  }

  #hurry() {
    if (!this.#wanted || this.#socket) return;
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.#connect();
  }
}
