// Single keys for what has to be quick. They can be changed and turned off (WCAG 2.1.4), and do nothing while somebody writes.
import { byId, findAll } from "../dom.js";
import { gettext } from "../i18n.js";
import { make } from "./faces.js";

/** @type {Record<string, string>} */
const ACTIONS = {
  reading: gettext("Stop or allow analysis"),
  microphone: gettext("Microphone"),
  camera: gettext("Camera"),
  hand: gettext("Raise hand"),
  analyse: gettext("Analyse this moment"),
  guide: gettext("Guide"),
  chat: gettext("Chat"),
  people: gettext("People"),
};
const WRITES = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

export class Shortcuts {
  /**
   * `actions` maps each name above to what it does.
   * @param {{
   *   preferences: import("./preferences.js").Preferences,
   *   actions: Record<string, () => unknown>,
   * }} options
   */
  constructor({ preferences, actions }) {
    this.preferences = preferences;
    this.actions = actions;
    document.addEventListener("keydown", (event) => this.#key(event));
    this.#list();
    this.#mention();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.preferences.get("keysOn") || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
    if (/** @type {Element} */ (event.target).closest?.(WRITES) || document.querySelector("dialog[open]")) return;
    const pressed = event.key.toLowerCase();
    const [name] = Object.entries(this.preferences.get("keys")).find(([, key]) => key && key === pressed) ?? [];
    if (!name || !this.actions[name]) return;
    event.preventDefault();
    this.actions[name]();
  }

  #list() {
    const rows = Object.entries(ACTIONS)
      .filter(([name]) => this.actions[name])
      .map(([name, words]) => {
        const input = make("input", "form-control key-input");
        input.id = `key-${name}`;
        input.maxLength = 1;
        input.autocomplete = "off";
        input.value = this.preferences.get("keys")[name] ?? "";
        input.addEventListener("focus", () => input.select());
        input.addEventListener("input", () => this.#remap(name, input));
        const label = make("label", "", words);
        label.htmlFor = input.id;
        return make("div", "key-row", label, input);
      });
    byId("keys").replaceChildren(...rows);
  }

  /**
   * @param {string} name
   * @param {HTMLInputElement} input
   */
  #remap(name, input) {
    const key = input.value.trim().toLowerCase();
    const keys = { ...this.preferences.get("keys") };
    for (const [other, taken] of Object.entries(keys)) {
      if (other !== name && key && taken === key) {
        keys[other] = ""; // a key does one thing
        const field = byId(`key-${other}`);
        if (field) field.value = "";
      }
    }
    keys[name] = key;
    this.preferences.set("keys", keys);
    this.#mention();
  }

  /** Wherever the page names a key, name the one that holds. */
  #mention() {
    for (const element of findAll(document, "kbd[data-key]")) {
      element.textContent = (this.preferences.get("keys")[element.dataset.key] || gettext("none")).toUpperCase();
    }
    for (const name of Object.keys(ACTIONS)) {
      const key = this.preferences.get("keysOn") ? this.preferences.get("keys")[name] : "";
      const control = byId(name === "reading" ? "consent-button" : `control-${name}`);
      if (!control) continue;
      if (key) control.setAttribute("aria-keyshortcuts", key.toUpperCase());
      else control.removeAttribute("aria-keyshortcuts");
      control.title = key ? `${ACTIONS[name]} (${key.toUpperCase()})` : "";
    }
  }

  /** The choice to have keys at all was changed. */
  refresh() {
    this.#mention();
  }
}

/**
 * The keys of a room, by what it has: consent, controls and panel; those of reading only where something may be read.
 * @param {{
 *   allowed: boolean,
 *   consent: import("./consent.js").Consent,
 *   controls: import("./controls.js").Controls,
 *   panel: import("./panel.js").Panel,
 *   preferences: import("./preferences.js").Preferences,
 * }} options
 */
export function roomShortcuts({ allowed, consent, controls, panel, preferences }) {
  /** @param {string} name */
  const press = (name) => [name, () => controls.click(name)];
  /** @param {string} name */
  const open = (name) => [name, () => panel.toggle(name)];
  const actions = Object.fromEntries([press("microphone"), press("camera"), press("hand"), open("chat"), open("people")]);
  if (byId("control-guide")) actions.guide = () => panel.toggle("guide");
  if (allowed) Object.assign(actions, { reading: () => consent.toggle(), analyse: () => controls.click("analyse") });
  return new Shortcuts({ preferences, actions });
}
