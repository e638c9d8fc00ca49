// The recorder on a question's page: from "Start recording" to "Saved".
import { byId } from "../dom.js";
import { gettext, ngettext } from "../i18n.js";
import { keepAwake } from "./awake.js";
import { Backdrop } from "./blur.js";
import { canRetry, close, explain, open, watchLevel } from "./devices.js";
import { refused, typeOf } from "./existing.js";
import { mediaType } from "./formats.js";
import { watchHealth } from "./health.js";
import { getJson, postJson, request, wordsFor } from "./http.js";
import { record } from "./recorder.js";
import { watchReserves } from "./reserves.js";
import { resumeAll } from "./resume.js";
import { announce, clock, countdown } from "./speak.js";
import { StoredTake } from "./store.js";
import { abandon, bring, create, exclusively, holdQuestion } from "./upload.js";

const SAY_LEFT = [30, 10];

export class Studio {
  #data;
  /** @type {MediaStream | null} what the devices give */
  #devices = null;
  /** @type {MediaStream | null} what is shown and recorded */
  #stream = null;
  #backdrop = new Backdrop();
  /** @type {{stop: () => void, flush: () => void, extend: (limit: number) => void} | null} */
  #recording = null;
  /** @type {(() => void)[]} */
  #watching = [];
  #sending = 0;
  #unsafe = false;
  #seen = "";
  #reserves = "";
  onRecord = () => {};
  onSaved = () => {};

  /** @param {HTMLElement} page */
  constructor(page) {
    this.#data = /** @type {Record<string, string>} */ (page.dataset);
    this.type = mediaType(this.#data.kind);
  }

  async start() {
    byId("record").addEventListener("click", () => this.#begin());
    byId("stop").addEventListener("click", () => this.#recording?.stop());
    byId("file")?.addEventListener("change", () => this.#useFile(byId("file")));
    byId("takes").addEventListener("click", (/** @type {Event} */ event) => this.#useWhatArrived(event));
    window.addEventListener("pagehide", () => {
      close(this.#devices);
      close(this.#stream);
    });
    document.addEventListener("visibilitychange", () => this.#recording?.flush());
    window.addEventListener("beforeunload", (event) => {
      this.#recording?.flush(); // while the browser asks, the last slice is stored
      if (this.#recording || this.#unsafe) event.preventDefault();
    });
    const resumed = this.#resume();
    watchReserves((words) => {
      this.#reserves = words;
      this.#warn(this.#seen);
    });
    await this.#openDevices();
    await resumed;
  }

  async #openDevices() {
    if (!this.type) {
      this.#problem(gettext("This browser cannot record. Open the link in a recent Chrome, Edge, Firefox or Safari, or answer in writing."), { again: false });
      return;
    }
    try {
      this.#devices = await open(this.#data.kind);
    } catch (error) {
      this.#problem(explain(error, this.#data.kind), { again: canRetry(error) });
      return;
    }
    this.#problem("");
    this.#backdrop.onStream = (stream) => this.#use(stream);
    this.#use(await this.#backdrop.take(this.#devices));
  }

  /** @param {MediaStream | null} stream to show and record; null while it is being made */
  #use(stream) {
    this.#stream = stream;
    if (stream) {
      if (this.#data.kind === "video") byId("preview").srcObject = stream;
      this.#watch(stream);
    }
    this.#ready();
  }

  /**
   * The level, and words for a picture or sound that is missing: neither keeps anybody from recording.
   * @param {MediaStream} stream
   */
  #watch(stream) {
    for (const stop of this.#watching.splice(0)) stop();
    /** @type {number | null} */
    let heard = null;
    try {
      const stopLevel = watchLevel(
        stream,
        (level) => {
          heard = Math.max(heard ?? 0, level);
          byId("level").value = level;
        },
        () => {
          byId("level").hidden = true;
        },
      );
      const level = () => {
        const loudest = heard; // since the last look
        heard = null;
        return loudest;
      };
      this.#watching.push(stopLevel);
      this.#watching.push(watchHealth(stream, { video: byId("preview"), level, show: ({ picture, sound }) => this.#warn([picture, sound].filter(Boolean).join(" ")) }));
    } catch (error) {
      console.warn("Viva: picture and sound are not watched", error);
    }
  }

  /** @param {string} seen */
  #warn(seen) {
    this.#seen = seen;
    const text = [seen, this.#reserves].filter(Boolean).join(" ");
    const place = byId("health");
    if (place.textContent === text) return;
    place.textContent = text;
    place.hidden = !text;
    if (text && this.#recording) announce(text);
  }

  /**
   * @param {string} text
   * @param {{again?: boolean}} [options]
   */
  #problem(text, { again: canTry = true } = {}) {
    byId("device-problem").replaceChildren(text);
    byId("device-problem").hidden = !text;
    if (!text) return;
    byId("written-instead").open = true;
    if (byId("existing-file")) byId("existing-file").open = true;
    if (!canTry) return;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn btn-sm btn-quiet d-block mt-2";
    again.textContent = gettext("Try again");
    again.addEventListener("click", () => this.#openDevices());
    byId("device-problem").append(again);
  }

  /**
   * @param {string} text
   * @param {{aloud?: boolean}} [options]
   */
  #status(text, { aloud = false } = {}) {
    byId("status").textContent = text;
    if (aloud) announce(text);
  }

  /** @param {string} text */
  #network(text) {
    byId("network").textContent = text;
    byId("network").hidden = !text;
  }

  /** Say what can be done now: record a first take, another one, or none. */
  #ready() {
    const left = Number(this.#data.takesLeft);
    const used = byId("takes").querySelector('[data-state="ready"]') !== null;
    byId("record").hidden = false;
    byId("stop").hidden = true;
    byId("record").textContent = used ? gettext("Record another take") : gettext("Start recording");
    byId("record").disabled = !this.#stream || left < 1 || this.#sending > 0;
    if (byId("file")) byId("file").disabled = left < 1 || this.#sending > 0;
    if (left < 1 && !this.#sending) {
      byId("record").hidden = true;
      if (!byId("status").textContent) this.#status(gettext("You have used all your takes. Look at them below."));
    }
  }

  async #begin() {
    if (this.#recording || byId("record").disabled) return;
    byId("record").disabled = true;
    this.#status(gettext("Getting ready …"));
    if (this.#stream?.getTracks().some((track) => track.readyState === "ended")) {
      await this.#openDevices();
      if (!this.#stream?.active) return;
      byId("record").disabled = true;
    }
    const stream = this.#stream;
    const type = this.type;
    if (!stream || !type) return;
    const { interview, question, uploads, limit } = this.#data;
    const release = await holdQuestion(question);
    if (!release) {
      this.#status(gettext("You are recording this question in another tab or window. Finish there, or close it."), { aloud: true });
      byId("record").disabled = false;
      return;
    }
    let upload;
    try {
      upload = await create(uploads, { interview, question, type, blurred: this.#backdrop.isUsed });
    } catch (error) {
      release();
      this.#status(wordsFor(error, gettext("We cannot be reached just now. Check your network, then press “Start recording” again.")), { aloud: true });
      byId("record").disabled = false;
      return;
    }
    const take = await StoredTake.create({ ...upload, interview, question, type, blurred: this.#backdrop.isUsed });
    take.onFull = () => {
      this.#unsafe = true;
      this.#network(gettext("This browser has no room left to keep the recording. It is being sent as you speak: keep this page open until it says “Saved”."));
    };
    let said = SAY_LEFT.filter((seconds) => seconds < Number(limit));
    let before = Number(limit);
    const recording = this.#tryRecording(stream, {
      type,
      limit: Number(limit),
      onSlice: (slice) => take.append(slice),
      onTick: (left) => {
        byId("time-left").textContent = countdown(left);
        if (left > before) said = SAY_LEFT.filter((seconds) => seconds < left); // more time was granted
        before = left;
        const due = said.filter((seconds) => left <= seconds);
        if (due.length) announce(ngettext("%(num)s second left", "%(num)s seconds left", Math.min(...due)));
        said = said.filter((seconds) => left > seconds);
      },
      onEnd: async (error) => {
        this.#recording = null;
        this.#showRecording(false);
        release();
        await take.finish({ interrupted: Boolean(error) });
        if (error) this.#problem([explain(error, this.#data.kind), take.size ? gettext("What was recorded until then is kept.") : ""].join(" ").trim(), { again: canRetry(error) });
      },
    });
    if (!recording) {
      release();
      await take.remove();
      return;
    }
    this.#recording = recording;
    const done = exclusively(take.id, () => this.#bring(take));
    this.onRecord();
    this.#showRecording(true);
    this.#status(gettext("Recording"), { aloud: true });
    await done;
  }

  /**
   * Take a file that was chosen in place of a recording: kept here, sent and checked like one.
   * @param {HTMLInputElement} field
   */
  async #useFile(field) {
    const file = field.files?.[0];
    if (!file || this.#recording || this.#sending) return;
    field.value = ""; // the same file again is a change again
    const why = refused(file, this.#data.kind, Number(field.dataset.largest));
    if (why) return this.#status(why, { aloud: true });
    const { interview, question, uploads } = this.#data;
    const release = await holdQuestion(question);
    if (!release) return this.#status(gettext("You are recording this question in another tab or window. Finish there, or close it."), { aloud: true });
    this.#status(gettext("Reading the file …"), { aloud: true });
    byId("record").disabled = field.disabled = true;
    const about = { interview, question, type: typeOf(file), existing: true };
    let take;
    try {
      take = await StoredTake.create({ ...(await create(uploads, about)), ...about });
      take.onFull = () => (this.#unsafe = true);
      await take.appendFile(file);
      await take.finish();
    } catch (error) {
      if (take) await abandon(take);
      this.#status(error instanceof DOMException ? gettext("This file could not be read. Choose it again, or another one.") : wordsFor(error, gettext("We cannot be reached just now. Check your network, then choose the file again.")), { aloud: true });
      return this.#ready();
    } finally {
      release();
    }
    this.onRecord();
    const ready = take;
    return exclusively(ready.id, () => this.#bring(ready));
  }

  /**
   * Start the recorder; null, with words and the written way open, where this browser's does not start.
   * @param {MediaStream} stream
   * @param {Parameters<typeof record>[1]} options
   */
  #tryRecording(stream, options) {
    try {
      return record(stream, options);
    } catch (error) {
      console.warn("Viva: the recorder does not start", error.cause ?? error);
      const words = explain(error, this.#data.kind);
      this.#problem(words);
      this.#status(words, { aloud: true });
      byId("record").disabled = false;
      return null;
    }
  }

  /** @param {boolean} on */
  #showRecording(on) {
    keepAwake(on);
    this.#backdrop.hold(on);
    byId("sign").hidden = !on;
    byId("record").hidden = on;
    byId("stop").hidden = !on;
    byId("time-label").textContent = on ? gettext("left") : gettext("at most");
    if (on) byId("stop").focus();
    else {
      byId("time-left").textContent = clock(Number(this.#data.limit));
      byId("status").focus(); // the button that had the focus is gone
    }
  }

  /**
   * Take up what was granted: a recording that runs goes on, and may last longer.
   * @param {{limit: number, takes_left: number}} terms
   */
  async grant({ limit, takes_left: left }) {
    this.#data.limit = String(limit);
    this.#data.takesLeft = String(left);
    this.#recording?.extend(limit);
    const playing = [...byId("takes").querySelectorAll("video, audio")].some((/** @type {HTMLMediaElement} */ media) => !media.paused);
    if (!playing) await this.#refresh();
    if (this.#recording) return;
    byId("time-left").textContent = clock(limit);
    if (!this.#sending && byId("record").hidden) this.#status("");
    if (!this.#sending) this.#ready();
  }

  /**
   * Send a take, and say how it goes.
   * @param {import("./store.js").StoredTake} take
   */
  async #bring(take) {
    this.#sending += 1;
    try {
      this.#end(await bring(take, { onState: (state, why) => this.#onState(take, state, why) }));
    } catch (error) {
      this.#fail(error, take);
    }
  }

  /**
   * @param {import("./store.js").StoredTake} take
   * @param {string} state
   * @param {string} [why]
   */
  #onState(take, state, why = "") {
    if (state === "waiting") {
      this.#network(why || gettext("No connection just now. Keep going: your recording is safe in this browser, and it is sent as soon as the connection is back."));
    } else if (!take.onlyInMemory) this.#network("");
    if (this.#recording) return;
    if (state === "sending" && take.finished) this.#status(gettext("Sending your answer …"));
    if (state === "checking") this.#status(gettext("Checking that everything arrived …"));
  }

  /** @param {Recording} recording */
  async #end(recording) {
    this.#sending -= 1;
    this.#unsafe = false;
    this.#network("");
    await this.#refresh();
    if (recording.state === "ready") {
      const saved = gettext("Saved: %(length)s long", { length: clock(recording.seconds) });
      // A black picture or a dead microphone: said now, while it can be recorded again.
      this.#status(recording.reason ? `${saved}. ${recording.reason}` : saved, { aloud: true });
    }
    else this.#status(recording.reason, { aloud: true });
    this.#ready();
    if (recording.state === "ready") this.onSaved();
  }

  /**
   * @param {any} error
   * @param {import("./store.js").StoredTake} take
   */
  async #fail(error, take) {
    this.#sending -= 1;
    this.#recording?.stop(); // the server will not take more: what is not recorded is not lost
    if ([404, 410].includes(error.status) && (take.record.sentAnew ?? 0) < 2) {
      await this.#sendAnew(take, error);
      return;
    } else {
      this.#status(wordsFor(error, gettext("This recording could not be sent. It is kept in this browser: reload the page to try again.")), { aloud: true });
    }
    await this.#refresh();
    this.#ready();
  }

  /**
   * The server knows nothing of this take any more, or got it damaged: offer it as a new one.
   * @param {import("./store.js").StoredTake} take
   * @param {any} error
   */
  async #sendAnew(take, error) {
    try {
      const { interview, question, type, existing, blurred } = take.record;
      const upload = await create(this.#data.uploads, { interview, question, type, existing, blurred });
      await take.move(upload.id, upload.url);
    } catch (refusal) {
      this.#status(wordsFor(refusal, error.message), { aloud: true });
      this.#ready();
      return;
    }
    await exclusively(take.id, () => this.#bring(take));
  }

  async #resume() {
    await resumeAll(this.#data.interview, (take) => {
      this.#sending += 1;
      const here = take.record.question === this.#data.question;
      if (here && !take.finished) this.#network(gettext("Recording broke off here before. What was recorded until then is being saved: it is kept as a take, marked as interrupted."));
      return {
        onState: (state, why) => (here ? this.#onState(take, state, why) : undefined),
        onEnd: (recording) => (here ? this.#end(recording) : this.#quietly()),
        onError: (error) => (here ? this.#fail(error, take) : this.#quietly()),
      };
    });
    await this.#watchOthers();
  }

  #quietly() {
    this.#sending -= 1;
    this.#ready();
  }

  /** Takes that this page does not send: being checked, sent by another tab, or left behind in another browser. */
  async #watchOthers() {
    if (this.#sending) return;
    const verifying = byId("takes").querySelector('[data-state="verifying"]');
    if (verifying) {
      const recording = await getJson(`/recordings/${verifying.dataset.recording}`).catch(() => ({}));
      if (recording.state && recording.state !== "verifying") await this.#refresh();
      else window.setTimeout(() => this.#watchOthers(), 2000);
    }
    // One that another tab of this browser records or sends is in good hands.
    const here = new Set((await StoredTake.of(this.#data.interview)).map((take) => take.id));
    for (const take of byId("takes").querySelectorAll('[data-state="receiving"]')) {
      take.querySelector(".elsewhere").hidden = here.has(take.dataset.recording);
    }
  }

  /** @param {any} event */
  async #useWhatArrived(event) {
    const { finish } = event.target.dataset;
    if (!finish) return;
    event.target.disabled = true;
    try {
      await postJson(finish, { as_it_is: true });
      await this.#refresh();
      await this.#watchOthers();
    } catch (error) {
      this.#status(wordsFor(error, gettext("We cannot be reached just now. Check your network and try again.")), { aloud: true });
      event.target.disabled = false;
    }
  }

  /** Draw the list of takes anew. */
  async #refresh() {
    try {
      const response = await request(this.#data.takes, { headers: { Accept: "text/html" } });
      byId("takes").innerHTML = await response.text();
      this.#data.takesLeft = byId("takes").querySelector("[data-takes-left]")?.dataset.takesLeft ?? this.#data.takesLeft;
    } catch {
      // the list is as old as the page; a reload shows the present one
    }
  }
}
