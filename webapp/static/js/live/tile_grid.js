// The tiles: who is in the room, who shares a screen, who speaks. Chooses how many columns there are.
import { find } from "../dom.js";
import { ScreenTile, Tile } from "./tile.js";

export class TileGrid {
  #tiles = new Map();
  #screens = new Map();
  #tracks = new Map(); // id → what arrives from them

  /**
   * `notice` is shown while the browser wants a click before it plays the others' sound; its button is that click.
   * @param {{element: HTMLElement, notice: HTMLElement}} options
   */
  constructor({ element, notice }) {
    this.element = element;
    this.notice = notice;
    /** @type {string | null} */
    this.me = null;
    find(notice, "button").addEventListener("click", async () => {
      await this.hearAll();
      notice.hidden = true;
    });
  }

  get tiles() {
    return this.#tiles;
  }

  /** @param {string} id */
  tile(id) {
    return this.#tiles.get(id) ?? null;
  }

  /**
   * Add or change a person.
   * @param {Peer} peer
   */
  put(peer) {
    const own = peer.id === this.me;
    const known = this.#tiles.get(peer.id);
    if (known) known.update(peer);
    else {
      const tile = new Tile({ peer, own, grid: this.element });
      tile.overlays = this.overlays ?? true;
      this.#tiles.set(peer.id, tile);
    }
    this.#feed(peer.id);
    this.#arrange();
  }

  /**
   * The tracks that arrive from somebody, or our own.
   * @param {string} id
   * @param {Tracks} tracks
   */
  tracks(id, tracks) {
    this.#tracks.set(id, tracks);
    this.#feed(id);
  }

  /** @param {string} id */
  #feed(id) {
    const tile = this.#tiles.get(id);
    const tracks = this.#tracks.get(id);
    if (!tile || !tracks) return;
    tile.play({ audio: tracks.audio, camera: tile.peer.camera ? tracks.camera : null });
    tile.hear().catch((/** @type {Error} */ error) => {
      if (error.name === "NotAllowedError") this.notice.hidden = false;
    });
    const screen = tile.peer.screen && tracks.screen ? tracks.screen : null;
    if (screen && !this.#screens.has(id)) {
      this.#screens.set(id, new ScreenTile({ peer: tile.peer, own: tile.own, grid: this.element }));
    }
    if (screen) this.#screens.get(id).play(screen);
    else {
      this.#screens.get(id)?.remove();
      this.#screens.delete(id);
    }
    this.#arrange();
  }

  /** @param {string} id */
  remove(id) {
    this.#tiles.get(id)?.remove();
    this.#screens.get(id)?.remove();
    for (const map of [this.#tiles, this.#screens, this.#tracks]) map.delete(id);
    this.#arrange();
  }

  /** Play everybody's sound, after a click. */
  hearAll() {
    return Promise.all([...this.#tiles.values()].map((tile) => tile.hear()));
  }

  /** Take away whatever was read of anybody. */
  clear() {
    for (const tile of this.#tiles.values()) tile.clear();
  }

  /** @param {boolean} on */
  set showOverlays(on) {
    this.overlays = on;
    for (const tile of this.#tiles.values()) tile.overlays = on;
  }

  #arrange() {
    this.element.dataset.people = String(this.#tiles.size);
    this.element.dataset.screen = this.#screens.size ? "yes" : "no";
  }
}
