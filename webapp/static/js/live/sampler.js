// Our own side's reading: samples of our own camera and microphone go up, readings come down. Nobody else's are touched.
import { Frames, blank } from "./camera.js";
import { ReconnectingSocket } from "./reconnecting_socket.js";
import { PATIENCE, FrameRateControl } from "./frame_rate.js";
import { listen } from "./sound.js";

const FRAME = 1;
const SOUND = 2;
const MOMENT = 1;
const HEADER = 16;
/** Sound that the network has not taken by then is left out: a late voice is of no use. */
const MOST_WAITING = 64 * 1024;
/** Milliseconds between two questions for the voice alone, while the camera is off. */
const VOICE_ONLY = 700;

/**
 * The header of the contract before the payload, little endian.
 * @param {number} kind
 * @param {number} flags
 * @param {number} sequence
 * @param {number} at
 * @param {ArrayBuffer} payload
 */
export function packet(kind, flags, sequence, at, payload) {
  const bytes = new Uint8Array(HEADER + payload.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kind);
  view.setUint8(1, flags);
  view.setUint32(4, sequence, true);
  view.setFloat64(8, at, true);
  bytes.set(new Uint8Array(payload), HEADER);
  return bytes.buffer;
}

export class Sampler {
  #socket;
  #frameRate = new FrameRateControl();
  /** @type {Frames | null} */
  #frames = null;
  /** @type {MediaStreamTrack | null} */
  #camera = null;
  /** @type {MediaStreamTrack | null} */
  #microphone = null;
  /** @type {(() => void) | null} */
  #stopListening = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #sequence = 0;
  /** @type {{sequence: number, takenAt: number, sentAt?: number, late?: ReturnType<typeof setTimeout>} | null} */
  /** @type {{sequence: number, takenAt: number, sentAt?: number, late?: ReturnType<typeof setTimeout>} | null} */
  #flying = null; // {sequence, sentAt, late}: the one frame on its way
  #moment = 0; // until when (performance.now()) the next frame is one that somebody asked for
  #continuous = true;
  #running = false;

  /**
   * Callbacks: onReading(reading), onState("off" | "connecting" | "on" | "away" | "refused", words).
   * @param {{
   *   tokenUrl: string,
   *   workletUrl: string,
   *   onReading: (reading: Reading & {sequence: number}) => void,
   *   onState: (state: "off" | "connecting" | "on" | "away" | "refused", words: string) => void,
   * }} options
   */
  constructor({ tokenUrl, workletUrl, onReading, onState }) {
    this.workletUrl = workletUrl;
    this.onReading = onReading;
    this.onState = onState;
    this.#socket = new ReconnectingSocket({
      purpose: "reading",
      tokenUrl,
      onUp: () => this.onState("on", ""),
      onMessage: (message) => this.#receive(message),
      onDown: () => {
        this.#land(); // its answer will not come any more
        this.#soon(this.#frameRate.interval);
        this.onState("away", "");
      },
      onEnd: (_reason, words) => {
        this.#halt();
        this.onState("refused", words);
      },
    });
  }

  get rate() {
    return this.#frameRate.rate;
  }

  get isRunning() {
    return this.#running;
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    this.onState("connecting", "");
    this.#socket.start();
    this.#hear();
    this.#soon(0);
  }

  /** Nothing leaves this browser after this call. */
  stop() {
    this.#halt();
    this.onState("off", "");
  }

  #halt() {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#land();
    this.#socket.stop();
    this.#frames?.close();
    this.#frames = null;
    this.#stopListening?.();
    this.#stopListening = null;
  }

  /**
   * All the time, or only when somebody presses "Analyse".
   * @param {boolean} on
   */
  set continuous(on) {
    this.#continuous = on;
    this.#hear();
    if (on) this.#soon(0);
  }

  /** @param {{camera: MediaStreamTrack | null, microphone: MediaStreamTrack | null}} options */
  use({ camera, microphone }) {
    if (camera !== this.#camera) {
      this.#camera = camera;
      this.#frames?.close();
      this.#frames = null;
      this.#soon(0);
    }
    if (microphone !== this.#microphone) {
      this.#microphone = microphone;
      this.#hear();
    }
  }

  /** Somebody asked for this moment: the next frame goes at once and with a mark. */
  moment() {
    this.#moment = performance.now() + 2000;
    this.#soon(0);
  }

  async #hear() {
    this.#stopListening?.();
    this.#stopListening = null;
    if (!this.#running || !this.#continuous || !this.#microphone) return;
    const track = this.#microphone;
    try {
      const stop = await listen(track, this.workletUrl, (block, at) => this.#sendSound(block, at));
      if (this.#running && this.#continuous && track === this.#microphone && !this.#stopListening) this.#stopListening = stop;
      else stop();
    } catch (error) {
      console.debug("Viva: the voice cannot be read in this browser", error);
    }
  }

  /**
   * @param {ArrayBuffer} block
   * @param {number} at
   */
  #sendSound(block, at) {
    if (!this.#running || !this.#microphone?.enabled || this.#socket.waiting > MOST_WAITING) return;
    this.#socket.send(packet(SOUND, 0, (this.#sequence += 1), at, block));
  }

  /** @param {number} milliseconds */
  #soon(milliseconds) {
    clearTimeout(this.#timer);
    if (this.#running) this.#timer = setTimeout(() => this.#tick(), milliseconds);
  }

  async #tick() {
    const asked = this.#moment > performance.now();
    if (this.#flying || (!this.#continuous && !asked)) return;
    const seen = this.#camera?.enabled;
    if (!this.#socket.isOpen || (!seen && !this.#microphone?.enabled)) {
      this.#soon(this.#frameRate.interval);
      return;
    }
    /** @type {{sequence: number, takenAt: number, sentAt?: number, late?: ReturnType<typeof setTimeout>}} */
    const flying = { sequence: (this.#sequence += 1), takenAt: performance.now() };
    this.#flying = flying;
    const frames = seen && this.#camera ? (this.#frames ??= new Frames(this.#camera)) : null;
    const taken = (frames ? frames.next() : blank()).catch(() => /** @type {any} */ (null));
    const frame = await Promise.race([taken, new Promise((resolve) => setTimeout(resolve, PATIENCE, null))]); // a picture that never comes stops nothing
    if (this.#flying !== flying) return; // stopped or lost meanwhile
    if (!this.#running || !frame || !this.#socket.send(packet(FRAME, asked ? MOMENT : 0, flying.sequence, frame.at, frame.bytes))) {
      this.#land();
      this.#soon(this.#frameRate.interval);
      return;
    }
    if (asked) this.#moment = 0;
    flying.sentAt = performance.now();
    flying.late = setTimeout(() => {
      this.#frameRate.unanswered();
      this.#land();
      this.#soon(0);
    }, PATIENCE);
  }

  #land() {
    clearTimeout(this.#flying?.late);
    this.#flying = null;
  }

  /** @param {any} message */
  #receive(message) {
    if (message.type === "error") {
      console.debug("Viva: reading", message.code, message.message);
      return;
    }
    if (message.type !== "reading" && message.type !== "busy") return;
    const flying = this.#flying;
    if (message.type === "reading" && this.#running) this.onReading(message);
    if (!flying || message.sequence !== flying.sequence) return; // the answer to one that was given up
    if (message.type === "busy") this.#frameRate.refused();
    else this.#frameRate.answered(performance.now() - (flying.sentAt ?? flying.takenAt));
    this.#land();
    const interval = this.#camera?.enabled ? this.#frameRate.interval : Math.max(VOICE_ONLY, this.#frameRate.interval);
    this.#soon(Math.max(0, interval - (performance.now() - flying.takenAt)));
  }
}
