// "Blur my background": what is recorded and shown is what a worker makes of the camera's pictures. Sound goes past it.
import { byId } from "../dom.js";
import { gettext } from "../i18n.js";
import { LEAST } from "./pace.js";
import { announce } from "./speak.js";

const KEY = "viva-blur";

/** Whether this browser hands pictures to a worker and takes them back; elsewhere there is nothing to choose. */
export const canBlur = () => ["MediaStreamTrackProcessor", "MediaStreamTrackGenerator", "OffscreenCanvas", "Worker"].every((name) => name in globalThis);

/** Whether somebody chose it in this browser: not unless they did. */
export function isWanted() {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

/** @param {boolean} on */
export function want(on) {
  try {
    if (on) localStorage.setItem(KEY, "on");
    else localStorage.removeItem(KEY);
  } catch {
    // private windows may refuse: it holds for this page
  }
}

/**
 * The camera's pictures with a blurred background, and the same sound. Resolves once the model is loaded; rejects where it
 * cannot be. `onOff(state)` is called where it switches itself off ("slow", "failed"); the stream goes on with the
 * camera's own pictures.
 * @param {MediaStream} raw
 * @param {{worker: string, files: string}} where
 * @param {(state: string) => void} onOff
 * @returns {Promise<{stream: MediaStream, stop: () => void}>}
 */
export function blurred(raw, { worker: script, files }, onOff) {
  const browser = /** @type {any} */ (globalThis);
  const [camera] = raw.getVideoTracks();
  const copy = camera.clone(); // the camera's own track stays as it is
  const { readable } = new browser.MediaStreamTrackProcessor({ track: copy });
  const made = new browser.MediaStreamTrackGenerator({ kind: "video" });
  const worker = new Worker(script);
  const stop = () => {
    worker.terminate();
    copy.stop();
    made.stop();
  };
  camera.addEventListener("ended", () => made.dispatchEvent(new Event("ended"))); // a camera that was pulled out ends a recording
  return new Promise((resolve, reject) => {
    let ready = false;
    const fail = (/** @type {string} */ why) => {
      if (ready) return onOff("failed");
      stop();
      reject(new Error(why));
    };
    worker.onerror = (event) => fail(event.message);
    worker.onmessage = ({ data }) => {
      if (data.state === "failed") fail(data.why);
      else if (data.state === "slow") onOff("slow");
      else if (data.state === "ready") {
        ready = true;
        resolve({ stream: new MediaStream([made, ...raw.getAudioTracks()]), stop });
      }
    };
    worker.postMessage({ readable, writable: made.writable, files: new URL(files, location.href).href, least: LEAST }, [readable, made.writable]);
  });
}

/** The switch beside a recorder, and the stream that it leads to. */
export class Backdrop {
  #place;
  #box;
  #make;
  /** @type {{stream: MediaStream, stop: () => void} | null} */
  #made = null;
  /** @type {MediaStream | null} */
  #raw = null;
  /** Whether the stream that was handed out last has a blurred background, or had one until it was switched off. */
  isUsed = false;
  /** @type {(stream: MediaStream | null) => void} called with another stream, or with null while one is being made */
  onStream = () => {};

  constructor({ can = canBlur, make = blurred } = {}) {
    this.#make = make;
    this.#place = byId("blur-choice");
    this.#box = byId("blur");
    if (!this.#place || !can()) {
      this.#place = null;
      return;
    }
    this.#place.hidden = false;
    this.#box.checked = isWanted();
    this.#box.addEventListener("change", () => this.#change());
  }

  /**
   * The stream to show and record, of what camera and microphone give.
   * @param {MediaStream} raw
   */
  async take(raw) {
    this.close();
    this.#raw = raw;
    this.isUsed = false;
    if (!this.#place || !this.#box.checked || !raw.getVideoTracks().length) return raw;
    this.#say(gettext("Getting the blur ready …"));
    try {
      const made = await this.#make(raw, this.#place.dataset, (state) => this.#off(state));
      if (this.#raw !== raw) {
        made.stop();
        return raw;
      }
      this.#made = made;
    } catch (error) {
      console.warn("Viva: the background is not blurred", error);
      this.#off("failed");
      return raw;
    }
    this.#say("");
    this.isUsed = true;
    return this.#made.stream;
  }

  /**
   * While somebody records it stays as it is.
   * @param {boolean} on
   */
  hold(on) {
    if (this.#place) this.#box.disabled = on;
  }

  /** End the work, not the camera. */
  close() {
    this.#made?.stop();
    this.#made = null;
    this.#raw = null;
  }

  async #change() {
    want(this.#box.checked);
    this.#say("");
    const raw = this.#raw;
    if (!raw) return;
    this.onStream(null);
    this.hold(true);
    const stream = await this.take(raw);
    this.hold(false);
    this.onStream(stream);
  }

  /** @param {string} state */
  #off(state) {
    this.#box.checked = this.isUsed = false;
    want(false);
    const words = state === "slow" ? gettext("This device is too slow to blur your background, so the blur is off and your background can be seen.") : gettext("The blur does not work in this browser, so it is off and your background can be seen.");
    this.#say(words);
  }

  /** @param {string} words */
  #say(words) {
    byId("blur-status").textContent = words;
    byId("blur-status").hidden = !words;
    if (words) announce(words);
  }
}
