// What is read, and where it is shown: our own sampler, everybody's readings, legend, timeline, moments, and who is told.
import { byId } from "../dom.js";
import { gettext } from "../i18n.js";
import { Changes } from "./changes.js";
import { Legend } from "./legend.js";
import { Moment } from "./moment.js";
import { Readings, dominant } from "./readings.js";
import { Sampler } from "./sampler.js";
import { Announcer } from "./announcer.js";
import { Timeline } from "./timeline.js";

/** How long the answer to "Analyse" stays over the videos where nothing is read continuously. */
const AFTERGLOW = 6000;
/** So long the server is left alone after it has refused to read us (milliseconds). */
const REST = 15000;

export class ReadingRoom {
  #samplerState = "off";
  #restUntil = 0;
  #closed = false;
  #glow = new Map(); // id → until when a moment's reading stays

  /**
   * data: the page's data-*; grid; media; consent; preferences; voices; people(): PEERs, we first.
   * @param {{
   *   data: Record<string, string>,
   *   grid: import("./tile_grid.js").TileGrid,
   *   media: import("./media.js").OwnMedia,
   *   consent: import("./consent.js").Consent,
   *   preferences: import("./preferences.js").Preferences,
   *   voices: import("./voices.js").Voices,
   *   people: () => Peer[],
   * }} options
   */
  constructor({ data, grid, media, consent, preferences, voices, people }) {
    this.grid = grid;
    this.media = media;
    this.consent = consent;
    this.preferences = preferences;
    this.people = people;
    this.id = "";
    this.readings = new Readings();
    this.changes = new Changes();
    this.moment = new Moment();
    this.legend = new Legend(byId("legend"));
    this.timeline = new Timeline({ element: byId("timeline"), changes: byId("changes") });
    this.announcer = new Announcer({ preferences, voices, region: byId("announcer"), popups: byId("popups") });
    this.sampler = new Sampler({
      tokenUrl: data.tokenUrl,
      workletUrl: data.worklet,
      onReading: (reading) => this.heard(this.me, reading),
      onState: (state, words) => this.#state(state, words),
    });
    this.sampler.continuous = preferences.get("continuous");
    preferences.watch((name, value) => {
      if (name === "continuous") this.sampler.continuous = value;
      if (name === "overlays") grid.showOverlays = value;
      this.refresh();
    });
    grid.showOverlays = preferences.get("overlays");
    this.timer = setInterval(() => this.#tidy(), 250);
  }

  /** @param {string} id */
  set me(id) {
    this.id = id;
    this.announcer.me = id;
  }

  get me() {
    return this.id;
  }

  /** Our consent, camera or microphone changed: read, or stop. */
  refresh() {
    if (this.#closed) return;
    this.sampler.use({ camera: this.media.camera, microphone: this.media.microphone });
    if (this.consent.given && !this.sampler.isRunning && performance.now() >= this.#restUntil) this.sampler.start();
    if (!this.consent.given && this.sampler.isRunning) this.sampler.stop();
    if (!this.consent.given) this.forget(this.id);
    const { camera, microphone } = this.media.state;
    if (this.#samplerState === "away") this.consent.state = "away";
    else if (!camera && !microphone) this.consent.state = "waiting";
    else if (this.#samplerState === "connecting") this.consent.state = "starting";
    else if (!this.preferences.get("continuous")) this.consent.state = "asked";
    else this.consent.state = camera && microphone ? "on" : camera ? "face" : "voice";
    this.consent.show();
  }

  /**
   * @param {string} state
   * @param {string} words
   */
  #state(state, words) {
    this.#samplerState = state;
    if (state === "refused") {
      this.#restUntil = performance.now() + REST;
      setTimeout(() => this.refresh(), REST + 100);
    }
    if (!this.consent.given || this.#closed) return;
    this.refresh();
    if (state === "refused") this.consent.show(words || gettext("The server does not read you just now. It is asked again in a moment."));
  }

  /** The call is over: nothing is read or told any more. */
  close() {
    this.#closed = true;
    clearInterval(this.timer);
    this.sampler.stop();
    this.announcer.close();
  }

  /**
   * A reading of somebody; null where theirs has stopped.
   * @param {string} id
   * @param {Reading | null} reading
   */
  heard(id, reading) {
    const person = this.people().find((one) => one.id === id);
    if (!person) return;
    if (!reading || !person.reading) {
      this.forget(id);
      return;
    }
    if (id === this.id && !this.consent.given) return; // the last one, overtaken by our withdrawal
    this.readings.set(id, reading);
    if (reading.moment) {
      this.moment.add(id, reading);
      this.#glow.set(id, performance.now() + AFTERGLOW);
    }
    this.grid.tile(id)?.show(reading);
    const main = dominant(reading);
    this.timeline.add(id, person.name, main);
    const changed = this.changes.see(id, main);
    if (!changed) return;
    this.timeline.tell(person.name, changed, main?.confidence ?? 0);
    const alone = this.people().length === 1;
    if (id !== this.id || alone) this.announcer.change(id, person.name, changed);
  }

  /**
   * Somebody asked for a moment.
   * @param {string} by
   * @param {string} id
   */
  begin(by, id) {
    const asked = this.people().find((person) => person.id === by);
    this.moment.begin(id, by === this.id ? gettext("you") : (asked?.name ?? gettext("somebody")), this.people(), this.id);
    if (this.consent.given) this.sampler.moment();
  }

  /**
   * Nothing of somebody is shown any longer.
   * @param {string} id
   */
  forget(id) {
    this.readings.forget(id);
    this.changes.forget(id);
    this.grid.tile(id)?.clear();
  }

  /**
   * Somebody came in.
   * @param {Peer} person
   */
  met(person) {
    this.moment.met(person);
  }

  /** @param {string} id */
  left(id) {
    this.forget(id);
    this.timeline.remove(id);
  }

  /** Readings that are old say nothing about now: overlays and legend follow. */
  #tidy() {
    const now = performance.now();
    for (const [id, tile] of this.grid.tiles) {
      if (!this.readings.of(id) && now > (this.#glow.get(id) ?? 0)) tile.lapse();
    }
    this.legend.show(this.readings.present());
  }
}
