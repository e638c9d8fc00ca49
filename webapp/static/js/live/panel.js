// Chat, people and settings in one panel; its buttons open it, Escape closes it and brings the focus back.

const TITLES = { chat: "Chat", people: "People", settings: "Settings" };

export class Panel {
  #open = null;
  #panel = document.getElementById("panel");
  #title = document.getElementById("panel-title");
  #back = null;

  /** onOpen(name) when a page of it is shown. */
  constructor({ onOpen }) {
    this.onOpen = onOpen;
    for (const name of Object.keys(TITLES)) this.#button(name).addEventListener("click", () => this.toggle(name));
    document.getElementById("panel-close").addEventListener("click", () => this.close());
    this.#panel.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  get isOpen() {
    return this.#open;
  }

  #button(name) {
    return document.getElementById(`control-${name}`);
  }

  toggle(name) {
    if (this.#open === name) this.close();
    else this.open(name);
  }

  open(name) {
    if (!this.#open) this.#back = document.activeElement;
    this.#open = name;
    this.#panel.hidden = false;
    document.getElementById("room").dataset.panel = name;
    this.#title.textContent = TITLES[name];
    for (const other of Object.keys(TITLES)) {
      document.getElementById(`panel-${other}`).hidden = other !== name;
      this.#button(other).setAttribute("aria-expanded", String(other === name));
    }
    this.onOpen(name);
    const first = name === "chat" ? document.getElementById("chat-text") : this.#title;
    first.focus();
  }

  close() {
    if (!this.#open) return;
    const button = this.#button(this.#open);
    this.#open = null;
    this.#panel.hidden = true;
    delete document.getElementById("room").dataset.panel;
    for (const name of Object.keys(TITLES)) this.#button(name).setAttribute("aria-expanded", "false");
    (this.#back?.isConnected && this.#back !== document.body ? this.#back : button).focus();
  }
}
