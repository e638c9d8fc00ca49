// Guide, chat, people and settings in one panel; its buttons open it, Escape closes it and brings the focus back.
import { byId } from "../dom.js";
import { gettext } from "../i18n.js";

/** @type {Record<string, string>} */
const ALL = { guide: gettext("Guide"), chat: gettext("Chat"), people: gettext("People"), settings: gettext("Settings") };
/** What this person has of them: the guide is for interviewers. */
const TITLES = Object.fromEntries(Object.entries(ALL).filter(([name]) => byId(`panel-${name}`)));

export class Panel {
  /** @type {string | null} */
  #open = null;
  #panel = byId("panel");
  #title = byId("panel-title");
  /** @type {any} */
  #back = null;

  /**
   * onOpen(name) when a page of it is shown.
   * @param {{onOpen: (name: string) => void}} options
   */
  constructor({ onOpen }) {
    this.onOpen = onOpen;
    for (const name of Object.keys(TITLES)) this.#button(name).addEventListener("click", () => this.toggle(name));
    byId("panel-close").addEventListener("click", () => this.close());
    this.#panel.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.close());
  }

  get isOpen() {
    return this.#open;
  }

  /** @param {string} name */
  #button(name) {
    return byId(`control-${name}`);
  }

  /** @param {string} name */
  toggle(name) {
    if (this.#open === name) this.close();
    else this.open(name);
  }

  /** @param {string} name */
  open(name) {
    if (!this.#open) this.#back = document.activeElement;
    this.#open = name;
    this.#panel.hidden = false;
    byId("room").dataset.panel = name;
    this.#title.textContent = TITLES[name];
    for (const other of Object.keys(TITLES)) {
      byId(`panel-${other}`).hidden = other !== name;
      this.#button(other).setAttribute("aria-expanded", String(other === name));
    }
    this.onOpen(name);
    const first = { chat: byId("chat-text"), guide: byId("text") }[name] ?? this.#title;
    first.focus();
  }

  close() {
    if (!this.#open) return;
    const button = this.#button(this.#open);
    this.#open = null;
    this.#panel.hidden = true;
    delete byId("room").dataset.panel;
    for (const name of Object.keys(TITLES)) this.#button(name).setAttribute("aria-expanded", "false");
    (this.#back?.isConnected && this.#back !== document.body ? this.#back : button).focus();
  }
}
