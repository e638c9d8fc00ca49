// One person in the room: picture, name, what is on, what is agreed to, and what was read.
import { byId } from "../dom.js";
import { gettext } from "../i18n.js";
import { chip } from "./bars.js";
import { Overlay } from "./overlay.js";
import { statements } from "./readings.js";
import { stateWords } from "./words.js";

const HUES = 8;
/** @param {string} id */
const copy = (id) => byId(id).content.firstElementChild.cloneNode(true);

/** @param {string | null | undefined} name */
export const initials = (name) =>
  (name ?? "").trim().split(/\s+/).filter(Boolean).map((part) => [...part][0]).filter((_, index, all) => index === 0 || index === all.length - 1).join("").toLocaleUpperCase();

/** @param {string} id */
const hueOf = (id) => [...String(id)].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997, 7) % HUES;

export class Tile {
  #overlay;
  #mood = chip("mood-chip");
  #shown = true;

  /** @param {{peer: Peer, own: boolean, grid: HTMLElement}} options */
  constructor({ peer, own, grid }) {
    this.own = own;
    this.peer = peer;
    this.element = copy("tile-template");
    this.element.id = `tile-${peer.id}`;
    this.element.dataset.person = peer.id;
    this.element.dataset.own = own ? "yes" : "no";
    this.element.dataset.connection = own ? "connected" : "connecting";
    this.$ = (/** @type {string} */ name) => this.element.querySelector(`.tile-${name}`);
    this.video = this.$("video");
    this.$("avatar").dataset.hue = hueOf(peer.id);
    this.$("mood").append(this.#mood.element);
    this.#overlay = new Overlay({ holder: this.$("faces"), video: this.video, mirrored: own });
    this.audio = own ? null : new Audio();
    if (this.audio) this.audio.autoplay = true;
    grid.append(this.element);
    this.update(peer);
  }

  /** @param {Peer} peer */
  update(peer) {
    this.peer = peer;
    const name = this.own ? gettext("%(name)s (you)", { name: peer.name }) : peer.name;
    this.$("name").textContent = name;
    this.element.setAttribute("aria-label", peer.role === "host" ? gettext("%(name)s, host", { name }) : name);
    this.$("avatar").textContent = initials(peer.name);
    this.element.dataset.camera = peer.camera ? "on" : "off";
    this.element.dataset.microphone = peer.microphone ? "on" : "off";
    this.element.dataset.reading = peer.reading ? "yes" : "no";
    this.$("mic-words").textContent = peer.microphone ? gettext("microphone on,") : gettext("muted,");
    this.$("hand").hidden = !peer.hand;
    this.element.querySelector(".sign-recording").hidden = !peer.recording;
    this.element.querySelector(".sign-words").textContent = peer.reading ? gettext("Agreed to analysis") : gettext("Not analysed");
    if (!peer.reading || !peer.camera) this.#overlay.clear();
    if (!peer.reading) this.clear();
  }

  /**
   * Show and play what arrives: {audio, camera} tracks, or null for none.
   * @param {{audio: MediaStreamTrack | null, camera: MediaStreamTrack | null}} options
   */
  play({ audio, camera }) {
    const has = this.video.srcObject?.getVideoTracks()[0] ?? null;
    if (has !== camera) this.video.srcObject = camera ? new MediaStream([camera]) : null;
    if (this.audio && audio && /** @type {MediaStream | null} */ (this.audio.srcObject)?.getAudioTracks()[0] !== audio) {
      this.audio.srcObject = new MediaStream([audio]);
    }
    this.video.play?.().catch(() => {});
  }

  /** Hear them; rejects where the browser wants a click first. */
  hear() {
    return this.audio?.srcObject ? this.audio.play() : Promise.resolve();
  }

  /** @param {CallState} state */
  set connection(state) {
    this.element.dataset.connection = state;
    const words = /** @type {Record<string, string>} */ ({ connecting: gettext("Connecting …"), broken: gettext("Connection lost, trying again …"), impossible: gettext("No call between your two browsers: one of them lacks WebRTC") })[state] ?? "";
    this.$("connection").textContent = words;
    this.$("connection").hidden = !words;
  }

  /** @param {boolean} on */
  set speaking(on) {
    if (this.element.dataset.speaking !== String(on)) this.element.dataset.speaking = String(on);
  }

  /**
   * Whether readings are drawn over the picture.
   * @param {boolean} on
   */
  set overlays(on) {
    this.#shown = on;
    if (!on) this.clear();
  }

  /** Take away at once whatever was read. */
  clear() {
    this.#overlay.clear();
    this.$("mood").hidden = true;
    this.$("state").hidden = true;
  }

  /** There is nothing new: what was read goes, but not from under somebody's keyboard. */
  lapse() {
    this.#overlay.show([], this.peer.name);
    this.$("state").hidden = true;
    const mood = this.$("mood");
    if (mood.hidden) return;
    if (!mood.contains(document.activeElement)) mood.hidden = true;
    else this.#mood.update({ emotion: null, confidence: 0, probabilities: {}, title: gettext("No analysis at the moment") });
  }

  /**
   * Draw a reading.
   * @param {Reading} reading
   */
  show(reading) {
    const mood = this.$("mood");
    const state = this.$("state");
    if (!this.#shown) return;
    const { faces, main } = statements(reading, this.peer.camera);
    if (this.peer.camera) this.#overlay.show(faces, this.peer.name);
    else this.#overlay.clear();
    mood.hidden = !main;
    if (main) {
      const name = this.own ? gettext("You") : this.peer.name;
      this.#mood.update({ ...main, title: gettext("%(name)s, by %(source)s", { name, source: main.from }), words: this.#voiceWords(reading) });
    }
    const words = this.peer.camera ? stateWords(reading.state) : "";
    state.textContent = words;
    state.hidden = !words;
  }

  /** @param {{fused: Judgement | null}} options */
  #voiceWords({ fused }) {
    if (fused?.valence == null) return "";
    if (fused.valence > 0.15) return gettext("On the whole rather pleasant");
    if (fused.valence < -0.15) return gettext("On the whole rather unpleasant");
    return gettext("On the whole neither pleasant nor unpleasant");
  }

  remove() {
    this.video.srcObject = null;
    if (this.audio) this.audio.srcObject = null;
    this.element.remove();
  }
}

/** A shared screen: large, and never read. */
export class ScreenTile {
  /** @param {{peer: Peer, own: boolean, grid: HTMLElement}} options */
  constructor({ peer, own, grid }) {
    this.element = copy("screen-template");
    const words = own ? gettext("Your screen") : gettext("%(name)s's screen", { name: peer.name });
    this.element.querySelector(".tile-name").textContent = words;
    this.element.setAttribute("aria-label", words);
    this.video = this.element.querySelector("video");
    grid.prepend(this.element);
  }

  /** @param {MediaStreamTrack | null} track */
  play(track) {
    if (track && this.video.srcObject?.getVideoTracks()[0] !== track) this.video.srcObject = new MediaStream([track]);
    this.video.play?.().catch(() => {});
  }

  remove() {
    this.video.srcObject = null;
    this.element.remove();
  }
}
