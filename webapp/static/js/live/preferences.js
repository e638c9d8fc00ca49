// What somebody chose for themselves in this browser: how readings reach them, and which keys do what.

const KEY = "viva-live";
const DEFAULTS = {
  overlays: true,
  popups: false,
  speech: false,
  live: true,
  continuous: true,
  keysOn: true,
  keys: { reading: "r", microphone: "m", camera: "v", hand: "h", analyse: "a", guide: "g", chat: "c", people: "p" },
};

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {};
  } catch {
    return {}; // private windows may refuse: the defaults hold
  }
}

export class Preferences {
  /** @type {Record<string, any>} */
  #values = { ...DEFAULTS, ...stored(), keys: { ...DEFAULTS.keys, ...stored().keys } };
  /** @type {((name: string, value: any) => void)[]} */
  #watchers = [];

  /** @param {string} name */
  get(name) {
    return this.#values[name];
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  set(name, value) {
    this.#values = { ...this.#values, [name]: value };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#values));
    } catch {
      // it holds for this page then
    }
    for (const watcher of this.#watchers) watcher(name, value);
  }

  /**
   * Call watcher(name, value) after every change.
   * @param {(name: string, value: any) => void} watcher
   */
  watch(watcher) {
    this.#watchers.push(watcher);
  }
}
