// Quiet words above the call: one line, which goes away by itself unless it says what is still so.
import { byId } from "../dom.js";
import { make } from "./faces.js";

const SHOWN = 6000;

export class Notices {
  #region = byId("notice");
  #lasting = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * Say something for a few seconds.
   * @param {string} words
   */
  say(words) {
    this.#draw(words);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#draw(null), SHOWN);
  }

  /**
   * Say something for as long as it holds; null when it no longer does.
   * @param {string} name
   * @param {string | null} words
   */
  hold(name, words) {
    if (words === (this.#lasting.get(name) ?? null)) return;
    if (words) this.#lasting.set(name, words);
    else this.#lasting.delete(name);
    this.#draw(null);
  }

  /** @param {string | null} words */
  #draw(words) {
    const lines = [...this.#lasting.values(), ...(words ? [words] : [])];
    this.#region.replaceChildren(...lines.map((line) => make("p", "mb-0", line)));
    this.#region.hidden = !lines.length;
  }
}
