// Recording one's own side, the way answers are recorded: kept in this browser slice by slice, sent while it grows, checked at the end.
import { gettext } from "../i18n.js";
import { explain } from "../recording/devices.js";
import { mediaType } from "../recording/formats.js";
import { postJson, wordsFor } from "../recording/http.js";
import { record } from "../recording/recorder.js";
import { resumeAll } from "../recording/resume.js";
import { clock } from "../recording/speak.js";
import { StoredTake } from "../recording/store.js";
import { bring, exclusively } from "../recording/upload.js";
import { ask, closeDialog } from "./dialogs.js";

/** Seconds after which a recording ends by itself. */
const LIMIT = 3 * 3600;

export class OwnRecording {
  /** @type {{stop: () => void, flush: () => void} | null} */
  #running = null;
  #sending = new Set();
  #unsafe = false;
  #starting = false;

  /**
   * room: its id; url: where a recording is begun; media: OwnMedia; say(words, lasting); onChange(recording).
   * @param {{
   *   room: string,
   *   url: string,
   *   media: import("./media.js").OwnMedia,
   *   say: (words: string, lasting?: boolean) => void,
   *   onChange: (recording: boolean) => void,
   * }} options
   */
  constructor({ room, url, media, say, onChange }) {
    this.room = room;
    this.url = url;
    this.media = media;
    this.say = say;
    this.onChange = onChange;
    window.addEventListener("beforeunload", (event) => {
      this.#running?.flush(); // while the browser asks, the last slice is stored
      if (this.#running || this.#unsafe) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => this.#running?.flush());
    resumeAll(this.#key, (take) => ({
      onState: () => this.#sending.add(take.id),
      onEnd: (recording) => this.#end(take, recording),
      onError: (error) => this.#fail(take, error),
    }));
  }

  get #key() {
    return `room-${this.room}`;
  }

  get isRunning() {
    return this.#running !== null;
  }

  get isSending() {
    return this.#sending.size > 0;
  }

  /** Start after a question, or stop. */
  async toggle() {
    if (this.#running) {
      this.#running.stop();
      return;
    }
    if (this.#starting) return;
    this.#starting = true;
    try {
      if (this.#check() && (await ask("record-dialog")) === "yes" && this.#check()) await this.#begin();
    } finally {
      this.#starting = false;
    }
  }

  #check() {
    if (this.media.camera || this.media.microphone) return true;
    this.say(gettext("Turn on your camera or microphone first: there is nothing to record."));
    return false;
  }

  async #begin() {
    const { camera, microphone } = this.media;
    const kind = camera ? "video" : "audio";
    const type = mediaType(kind);
    if (!type) {
      this.say(gettext("This browser cannot record."));
      return;
    }
    let upload;
    try {
      upload = await postJson(this.url, { filetype: type });
    } catch (error) {
      this.say(wordsFor(error, gettext("The server cannot be reached just now, so the recording did not start. Try again in a moment.")));
      return;
    }
    const take = await StoredTake.create({ ...upload, interview: this.#key, question: "", type });
    take.onFull = () => {
      this.#unsafe = true;
      this.say(gettext("This browser has no room left to keep the recording. It is being sent as you speak: keep this page open."));
    };
    /** @type {Parameters<typeof record>[1]} */
    const options = {
      type,
      limit: LIMIT,
      onSlice: (slice) => take.append(slice),
      onTick: () => {},
      onEnd: async (error) => {
        this.#running = null;
        this.media.held = false;
        if (this.media.camera && !this.media.camera.enabled) this.media.setCamera(false);
        this.onChange(false);
        if (error) this.say(`${explain(error, kind)} ${gettext("What was recorded until then is kept.")}`);
        await take.finish({ interrupted: Boolean(error) });
      },
    };
    try {
      this.#running = record(new MediaStream([camera, microphone].filter((track) => track !== null)), options);
    } catch (error) {
      this.say(explain(error, kind));
      await take.remove();
      return;
    }
    this.media.held = true;
    this.onChange(true);
    this.#sending.add(take.id);
    this.say(gettext("You are recording your own side. Everybody in the room sees that."));
    exclusively(take.id, () => bring(take, { onState: (state) => this.#state(take, state) })).then(
      (recording) => this.#end(take, recording),
      (error) => this.#fail(take, error),
    );
  }

  /**
   * @param {import("../recording/store.js").StoredTake} take
   * @param {string} state
   */
  #state(take, state) {
    if (state === "waiting") this.say(gettext("No connection for the recording just now. Keep going: it is safe in this browser and is sent as soon as the connection is back."));
    else if (take.finished && state === "sending") this.say(gettext("Your recording is being sent …"), true);
  }

  /**
   * @param {import("../recording/store.js").StoredTake} take
   * @param {Recording | null} recording
   */
  #end(take, recording) {
    this.#sending.delete(take.id);
    this.#unsafe = false;
    if (!recording) return; // another tab has it
    this.say(recording.state === "ready" ? gettext("Your recording is saved: %(length)s long.", { length: clock(recording.seconds) }) : recording.reason || gettext("The recording could not be used."));
    this.onIdle?.();
  }

  /**
   * @param {import("../recording/store.js").StoredTake} take
   * @param {any} error
   */
  #fail(take, error) {
    this.#sending.delete(take.id);
    this.#running?.stop();
    this.say(wordsFor(error, gettext("The recording could not be sent. It is kept in this browser: open this room again to send it.")));
    this.onIdle?.();
  }

  /** End what runs and wait until it is saved, or until somebody does not want to wait. Resolves with whether to leave. */
  async finish() {
    this.#running?.stop();
    if (!this.isSending) return true;
    const saved = new Promise((resolve) => {
      this.onIdle = () => this.isSending || resolve("saved");
    });
    const soon = await Promise.race([saved, new Promise((resolve) => setTimeout(resolve, 1500))]);
    if (soon === "saved") return true;
    const chosen = await Promise.race([saved, ask("leave-dialog")]);
    if (chosen === "") return false; // Escape: stay
    if (chosen === "saved") closeDialog("leave-dialog");
    if (chosen === "wait") await saved;
    this.#unsafe = false;
    return true;
  }
}
