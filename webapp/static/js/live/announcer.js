// Tells changes to those who choose it: as pop-ups, aloud, and to screen readers; at most one every few seconds.
import { emoji, make } from "./faces.js";
import { changeSentence, language } from "./words.js";

/** At least so long between two sentences, spoken or for screen readers. */
const PAUSE = 4000;
/** What could not be said by then is no longer true. */
const STALE = 6000;
const POPUP = 4500;
const MOST_POPUPS = 3;
/** So long nobody must have spoken before the voice begins. */
const SILENCE = 800;

export class Announcer {
  #queue = new Map(); // id → {text, at}: only the latest of each person
  #lastSaid = -Infinity;
  #lastWritten = -Infinity;
  #waiting = new Map();

  /**
   * `voices` says who speaks, `preferences` who wants what; `me` is our own id.
   * @param {{
   *   preferences: import("./preferences.js").Preferences,
   *   voices: import("./voices.js").Voices,
   *   region: HTMLElement,
   *   popups: HTMLElement,
   * }} options
   */
  constructor({ preferences, voices, region, popups }) {
    this.preferences = preferences;
    this.voices = voices;
    this.region = region;
    this.popups = popups;
    /** @type {string | null} */
    this.me = null;
    this.timer = setInterval(() => this.#turn(), 200);
  }

  /**
   * @param {string} id
   * @param {string} name
   * @param {string} emotion
   */
  change(id, name, emotion) {
    const text = changeSentence(name, emotion, id === this.me);
    const entry = { text, at: performance.now() };
    if (this.preferences.get("popups")) this.#popup(text, emotion);
    if (this.preferences.get("speech")) this.#queue.set(id, entry);
    if (this.preferences.get("live")) this.#waiting.set(id, entry);
  }

  /**
   * @param {string} text
   * @param {string | null} emotion
   */
  #popup(text, emotion) {
    const popup = make("p", "popup", emoji(emotion), text);
    this.popups.append(popup);
    while (this.popups.children.length > MOST_POPUPS) this.popups.firstChild?.remove();
    setTimeout(() => popup.remove(), POPUP);
  }

  #turn() {
    const now = performance.now();
    for (const list of [this.#queue, this.#waiting]) {
      for (const [id, { at }] of list) if (now - at > STALE) list.delete(id);
    }
    this.#write(now);
    this.#speak(now);
  }

  /** @param {number} now */
  #write(now) {
    if (!this.#waiting.size || now - this.#lastWritten < PAUSE) return;
    this.region.textContent = [...this.#waiting.values()].map(({ text }) => text).join(". ");
    this.#waiting.clear();
    this.#lastWritten = now;
  }

  /** @param {number} now */
  #speak(now) {
    const synthesis = window.speechSynthesis;
    if (!synthesis) return;
    if (!this.preferences.get("speech")) this.#queue.clear();
    // Somebody begins to speak: be quiet. Our own microphone may hear the voice itself, so it does not count here.
    if (synthesis.speaking && this.voices.anybody(SILENCE / 2, this.me)) synthesis.cancel();
    if (!this.#queue.size || now - this.#lastSaid < PAUSE || synthesis.speaking || this.voices.anybody(SILENCE)) return;
    const [[id, { text }]] = this.#queue;
    this.#queue.delete(id);
    this.#lastSaid = now;
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = language();
    utterance.volume = 0.8;
    synthesis.speak(utterance);
  }

  close() {
    clearInterval(this.timer);
    window.speechSynthesis?.cancel();
  }
}
