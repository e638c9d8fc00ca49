// The room: brings the call, the readings and the page together.
import { byId } from "../dom.js";
import { gettext, translated } from "../i18n.js";
import { armCopyButtons } from "../copy.js";
import { Call } from "./call.js";
import { Chat } from "./chat.js";
import { Consent } from "./consent.js";
import { Controls } from "./controls.js";
import { wireDevices } from "./device_choice.js";
import { insist } from "./dialogs.js";
import { Guide } from "./guide.js";
import { remember, remembered } from "./join_state.js";
import { roomShortcuts } from "./shortcuts.js";
import { OwnMedia } from "./media.js";
import { Notices } from "./notices.js";
import { unlock } from "../recording/sealing.js";
import { OwnRecording } from "./own_recording.js";
import { Panel } from "./panel.js";
import { People } from "./people.js";
import { Preferences } from "./preferences.js";
import { ReadingRoom } from "./reading_room.js";
import { wireSettings } from "./settings.js";
import { Signalling } from "./signalling.js";
import { canCall, cannotCallHere } from "./support.js";
import { TileGrid } from "./tile_grid.js";
import { Voices } from "./voices.js";

const TAKEN_OVER = gettext("This room is open in another tab or window of yours.");

export class Room {
  #hand = false;
  #leaving = false;

  /** @param {HTMLElement} page */
  constructor(page) {
    this.data = /** @type {Record<string, string>} */ (page.dataset);
    this.me = this.data.member;
    this.allowed = this.data.readingAllowed === "yes";
    this.preferences = new Preferences();
    this.notices = new Notices();
    this.grid = new TileGrid({ element: byId("stage"), notice: byId("sound-notice") });
    this.grid.me = this.me;
    this.voices = new Voices({ onSpeaking: (id, on) => this.#speaking(id, on) });
    this.media = new OwnMedia({
      onChange: (name, track) => this.#ownTrack(name, track),
      onProblem: (words) => this.notices.say(words),
    });
    this.call = new Call({
      send: (to, data) => this.signalling.send({ type: "signal", to, data }),
      onTracks: (id, tracks) => {
        this.grid.tracks(id, tracks);
        this.voices.use(id, tracks.audio);
      },
      onState: (id, state) => this.#linkState(id, state),
      onProblem: (words) => this.notices.say(words),
      renew: () => this.signalling.send({ type: "media" }),
    });
    this.signalling = new Signalling({ tokenUrl: this.data.tokenUrl, on: this.#callbacks() });
    this.consent = new Consent({
      url: this.data.consentUrl,
      keeps: this.data.resultsKept === "yes",
      send: (message) => this.signalling.send(message),
      onChange: () => this.#consented(),
    });
    this.reading = new ReadingRoom({
      data: this.data,
      grid: this.grid,
      media: this.media,
      consent: this.consent,
      preferences: this.preferences,
      voices: this.voices,
      people: () => this.signalling.people,
    });
    this.reading.me = this.me;
    this.people = new People();
    unlock(this.data.takeKeys);
    this.recording = new OwnRecording({
      room: this.data.room,
      url: this.data.recordingUrl,
      media: this.media,
      say: (words) => this.notices.say(words),
      onChange: () => this.#tell(),
    });
    this.#wire();
  }

  async start() {
    const before = remembered();
    const { member: id, name, role } = this.data;
    this.grid.put({ id, name, role, ...this.media.state, screen: false, hand: false, reading: false, recording: false });
    await Promise.all([before.camera && this.media.setCamera(true), before.microphone && this.media.setMicrophone(true)]);
    if (!canCall()) this.notices.hold("call", cannotCallHere());
    this.signalling.start();
    this.#tell();
  }

  #wire() {
    const actions = {
      microphone: () => this.media.setMicrophone(!this.media.state.microphone),
      camera: () => this.media.setCamera(!this.media.state.camera),
      screen: () => this.media.setScreen(!this.media.state.screen),
      hand: () => {
        this.#hand = !this.#hand;
        this.#tell();
      },
      record: () => this.recording.toggle(),
      analyse: () => this.#analyse(),
      continuous: () => this.preferences.set("continuous", !this.preferences.get("continuous")),
    };
    this.controls = new Controls(actions);
    if (!this.allowed) for (const name of ["analyse", "continuous"]) this.controls.hide(name);
    if (!navigator.mediaDevices?.getDisplayMedia) this.controls.hide("screen");
    if (this.data.recordingAllowed === "no") this.controls.hide("record");
    this.panel = new Panel({ onOpen: (name) => this.#panelOpened(name) });
    this.guide = byId("panel-guide") && new Guide(byId("panel-guide"));
    this.chat = new Chat({
      send: (text) => this.signalling.send({ type: "chat", text }),
      isShown: () => this.panel?.isOpen === "chat",
      me: () => this.me,
    });
    wireSettings(this.preferences, { keys: roomShortcuts({ ...this, controls: this.controls, panel: this.panel }) });
    this.fillDevices = wireDevices(this.media, { locked: () => this.recording.isRunning });
    this.preferences.watch((name, value) => name === "continuous" && this.controls?.press("continuous", value));
    this.controls.press("continuous", this.preferences.get("continuous"));
    armCopyButtons(document, byId("announcer"));
    byId("leave-form").addEventListener("submit", (/** @type {Event} */ event) => this.#leave(event));
    window.addEventListener("pagehide", () => this.#close());
    window.addEventListener("pageshow", ({ persisted }) => persisted && window.location.reload()); // the call is over by then
  }

  /** @returns {Record<string, (...values: any[]) => any>} */
  #callbacks() {
    return {
      media: () => this.#begin(),
      welcome: () => {
        this.#begin();
        this.notices.hold("service", null);
        this.consent.heard(Boolean(this.signalling.me?.reading));
        this.#draw();
      },
      peer: (peer, before, known) => {
        if (!known) this.call.meet(peer);
        if (before?.reading && !peer.reading) this.reading.forget(peer.id);
        if (!before && !known) {
          this.notices.say(gettext("%(name)s is here.", peer));
          this.reading.met(peer);
          this.guide?.retry();
        }
        if (peer.hand && before && !before.hand) this.notices.say(gettext("%(name)s raised a hand.", peer));
        if (peer.recording && !before?.recording) this.notices.say(gettext("%(name)s records their own side.", peer));
        this.#draw();
      },
      left: async (peer, why) => {
        this.reading.forget(peer.id);
        await this.call.part(peer.id, why === "lost");
        if (this.signalling.peers.has(peer.id)) return;
        this.reading.left(peer.id);
        this.voices.use(peer.id, null);
        this.grid.remove(peer.id);
        this.notices.say(gettext("%(name)s has left.", peer));
        this.#draw();
      },
      signal: (from, data) => this.call.receive(from, data, this.signalling.peers.get(from)),
      chat: (message) => this.chat?.add(message),
      reading: (from, reading) => this.reading.heard(from, reading),
      moment: (by, id) => this.reading.begin(by, id),
      consent: (given) => {
        this.consent.heard(given);
        this.#draw();
      },
      problem: (message) => this.notices.say(translated(message.message)),
      down: () => this.notices.hold("service", gettext("The room's server cannot be reached just now. Your call continues; chat and analyses come back by themselves.")),
      end: (reason, words) => this.#end(reason, words),
    };
  }

  #begin() {
    const { me, media, ice, peers } = this.signalling;
    if (!me) return;
    this.call.begin({ me: me.id, media, ice, peers: [...peers.values()] });
  }

  /**
   * @param {string} name
   * @param {MediaStreamTrack | null} track
   */
  #ownTrack(name, track) {
    this.call.replace(name === "microphone" ? "audio" : name, name === "camera" && track && !track.enabled ? null : track);
    if (name === "microphone") this.voices.use(this.me, track);
    this.grid.tracks(this.me, { audio: null, camera: this.media.camera, screen: this.media.screen });
    this.#tell();
    this.fillDevices?.();
  }

  /** What is on here: to the others, to the page, and for a page that is loaded anew. */
  #tell() {
    /** @type {Record<string, boolean>} */
    const state = { ...this.media.state, hand: this.#hand, recording: this.recording?.isRunning ?? false };
    for (const name of ["microphone", "camera", "screen", "hand"]) this.controls?.press(name, state[name]);
    this.controls?.press("record", state.recording);
    remember(this.media.state);
    this.signalling.tell(state);
    this.reading?.refresh();
    this.#draw();
  }

  #consented() {
    if (this.signalling.me) this.signalling.me.reading = this.consent.given;
    this.reading.refresh();
    this.#draw();
  }

  #draw() {
    const people = this.signalling.people;
    for (const peer of people) this.grid.put(peer);
    if (people.length) this.people?.show(people, this.me, this.allowed);
  }

  /**
   * @param {string} id
   * @param {CallState} state
   */
  #linkState(id, state) {
    const tile = this.grid.tile(id);
    if (tile && state !== "over") tile.connection = state;
  }

  /**
   * @param {string} id
   * @param {boolean} on
   */
  #speaking(id, on) {
    const tile = this.grid.tile(id);
    if (tile) tile.speaking = on && tile.peer.microphone;
  }

  #analyse() {
    if (!this.signalling.send({ type: "moment" })) this.notices.say(gettext("The room's server cannot be reached just now. Try again in a moment."));
  }

  /** @param {string} name */
  #panelOpened(name) {
    if (name === "chat") this.chat?.shown();
    if (name === "settings") {
      this.fillDevices?.();
      byId("device-words").textContent = this.recording.isRunning ? gettext("While you record, devices stay as they are.") : "";
    }
  }

  /** @param {Event} event */
  async #leave(event) {
    if (this.#leaving) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!(await this.recording.finish())) return;
    this.#leaving = true;
    this.#close();
    byId("leave-form").submit();
  }

  /**
   * @param {string} reason
   * @param {string} words
   */
  #end(reason, words) {
    this.#close();
    this.consent.over();
    this.grid.clear();
    insist("over-dialog", reason === "taken_over" ? TAKEN_OVER : words || gettext("Go back to the lobby to see why, or to come in again."), reason);
  }

  #close() {
    this.reading.close();
    this.call.close();
    this.signalling.stop();
    this.media.close();
  }
}
