// Our own camera, microphone and screen. A camera that is off is really off; a microphone that is muted sends silence.
import { gettext } from "../i18n.js";
import { explain, isGone, remember, remembered } from "../recording/devices.js";
import { noDevices } from "../recording/faults.js";
import { CONSTRAINTS } from "../recording/formats.js";

/** @type {Record<string, "video" | "audio">} */
const KIND = { camera: "video", microphone: "audio" };

export class OwnMedia {
  /** @type {Record<string, MediaStreamTrack | null>} */
  #tracks = { camera: null, microphone: null, screen: null };
  #muted = true;

  /**
   * onChange(name, track) when the track of "camera", "microphone" or "screen" is another one; onProblem(words) when a device fails.
   * @param {{
   *   onChange: (name: string, track: MediaStreamTrack | null) => void,
   *   onProblem: (words: string) => void,
   * }} options
   */
  constructor({ onChange, onProblem }) {
    this.onChange = onChange;
    this.onProblem = onProblem;
    this.held = false; // while recording, the camera is blanked and not closed
  }

  get camera() {
    return this.#tracks.camera;
  }

  get microphone() {
    return this.#tracks.microphone;
  }

  get screen() {
    return this.#tracks.screen;
  }

  /** What is on, as the others are told. */
  get state() {
    return {
      camera: Boolean(this.camera?.enabled),
      microphone: Boolean(this.microphone) && !this.#muted,
      screen: Boolean(this.screen),
    };
  }

  /**
   * @param {string} name
   * @param {string | null} [device]
   * @returns {Promise<MediaStreamTrack>}
   */
  async #open(name, device = remembered()[name]) {
    if (!navigator.mediaDevices?.getUserMedia) throw noDevices();
    const kind = KIND[name];
    const wanted = { ...CONSTRAINTS[kind], ...(device ? { deviceId: { exact: device } } : {}) };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ [kind]: wanted });
      return stream.getTracks()[0];
    } catch (error) {
      if (!isGone(error) || !device) throw error;
      remember({ ...remembered(), [name]: undefined }); // the device chosen last time is gone: take any
      return this.#open(name, null);
    }
  }

  /**
   * @param {string} name
   * @param {MediaStreamTrack | null} track
   */
  #set(name, track) {
    this.#tracks[name] = track;
    if (track) {
      track.addEventListener("ended", () => {
        if (this.#tracks[name] !== track) return;
        this.#set(name, null);
        if (name !== "screen") this.onProblem(name === "camera" ? gettext("Your camera was switched off or unplugged.") : gettext("Your microphone was switched off or unplugged."));
      });
    }
    this.onChange(name, track);
  }

  /**
   * @param {string} name
   * @param {string} [device]
   */
  async #switch(name, device) {
    try {
      const track = await this.#open(name, device);
      const old = this.#tracks[name];
      if (name === "microphone") track.enabled = !this.#muted;
      this.#set(name, track);
      old?.stop();
      return true;
    } catch (error) {
      this.onProblem(explain(error, name));
      return false;
    }
  }

  /**
   * Turn the camera on or off. Resolves with whether it is on.
   * @param {boolean} on
   */
  async setCamera(on) {
    if (on && this.camera) {
      this.camera.enabled = true;
      this.onChange("camera", this.camera);
    } else if (on) await this.#switch("camera");
    else if (this.held && this.camera) {
      this.camera.enabled = false;
      this.onChange("camera", this.camera);
    } else {
      const old = this.camera;
      this.#set("camera", null);
      old?.stop();
    }
    return this.state.camera;
  }

  /**
   * Unmute or mute. Resolves with whether the microphone is heard.
   * @param {boolean} on
   */
  async setMicrophone(on) {
    this.#muted = !on;
    if (on && !this.microphone) {
      if (!(await this.#switch("microphone"))) this.#muted = true;
    } else if (this.microphone) {
      this.microphone.enabled = on;
      this.onChange("microphone", this.microphone);
    }
    return this.state.microphone;
  }

  /**
   * Use another device from now on, and in this browser from then on.
   * @param {string} name
   * @param {string} device
   */
  async choose(name, device) {
    remember({ ...remembered(), [name]: device });
    if (this.#tracks[name]) await this.#switch(name, device);
  }

  /**
   * Share a screen, a window or a tab, or stop. Resolves with whether one is shared.
   * @param {boolean} on
   */
  async setScreen(on) {
    if (!on) {
      const old = this.screen;
      this.#set("screen", null);
      old?.stop();
      return false;
    }
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
      this.#set("screen", stream.getVideoTracks()[0]);
      return true;
    } catch (error) {
      if (error.name !== "NotAllowedError") this.onProblem(gettext("Your screen cannot be shared from this browser."));
      return false; // somebody who changes their mind needs no explanation
    }
  }

  /** The cameras and microphones there are: {camera: [{id, label, used}], microphone: […]}. */
  async devices() {
    const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    /** @param {string} name */
    const of = (name) => {
      const used = this.#tracks[name]?.getSettings().deviceId;
      return all
        .filter((device) => device.kind === `${KIND[name]}input` && device.deviceId)
        .map(({ deviceId, label }, index) => ({ id: deviceId, label: label || `${name} ${index + 1}`, used: deviceId === used }));
    };
    return { camera: of("camera"), microphone: of("microphone") };
  }

  close() {
    for (const name of Object.keys(this.#tracks)) {
      const track = this.#tracks[name];
      this.#tracks[name] = null;
      track?.stop();
    }
  }
}
