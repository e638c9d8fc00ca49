// Messages among those who are in the room. They are shown as text, whatever is in them.
import { byId } from "../dom.js";
import { gettext } from "../i18n.js";
import { make } from "./faces.js";
import { shortTime } from "./words.js";

const MOST = 200;

export class Chat {
  #log = byId("chat-log");
  #text = byId("chat-text");
  #form = byId("chat-form");
  #problem = byId("chat-problem");
  #button = byId("control-chat");
  #unread = 0;

  /**
   * send(text) returns whether there was a line to the server; isShown() whether the chat is open.
   * @param {{send: (text: string) => boolean, isShown: () => boolean, me: () => string}} options
   */
  constructor({ send, isShown, me }) {
    this.send = send;
    this.isShown = isShown;
    this.me = me;
    this.#form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#say();
    });
    this.#text.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#say();
    });
    this.#badge();
  }

  #say() {
    const text = this.#text.value.trim();
    if (!text) return;
    if (this.send(text)) {
      this.#text.value = "";
      this.#problem.textContent = "";
    } else this.#problem.textContent = gettext("No connection to the server just now. Your message is still here: send it again in a moment.");
  }

  /** @param {{from: string, name: string, text: string, at: string}} options */
  add({ from, name, text, at }) {
    const own = from === this.me();
    const moment = new Date(at);
    const time = make("time", "text-secondary", shortTime(moment));
    time.dateTime = at;
    const head = make("p", "message-head", make("strong", "", own ? gettext("You") : name), time);
    const message = make("div", `message${own ? " message-own" : ""}`, head, make("p", "message-text", text));
    const atEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 60;
    this.#log.append(message);
    while (this.#log.children.length > MOST) this.#log.firstChild.remove();
    if (atEnd || own) this.#log.scrollTop = this.#log.scrollHeight;
    if (!own && !this.isShown()) {
      this.#unread += 1;
      this.#badge();
    }
  }

  shown() {
    this.#unread = 0;
    this.#badge();
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #badge() {
    let badge = this.#button.querySelector(".badge-count");
    if (!badge) {
      badge = make("span", "badge-count");
      this.#button.append(badge);
    }
    badge.hidden = this.#unread === 0;
    badge.replaceChildren(String(this.#unread), make("span", "visually-hidden", ` ${gettext("unread")}`));
  }
}
