// Who is speaking just now, by the loudness of each track.

const LOUD = 0.018; // root mean square; -35 dB
const HANGS_ON = 700;

export class Voices {
  /** @type {AudioContext | null} */
  #context = null;
  #sources = new Map(); // id → {track, node, analyser, lastLoud}

  /**
   * onSpeaking(id, on) when somebody begins or stops.
   * @param {{onSpeaking: (id: string, on: boolean) => void}} options
   */
  constructor({ onSpeaking }) {
    this.onSpeaking = onSpeaking;
    this.timer = setInterval(() => this.#look(), 120);
  }

  /**
   * Listen to a track of somebody; null to stop.
   * @param {string} id
   * @param {MediaStreamTrack | null} track
   */
  use(id, track) {
    const known = this.#sources.get(id);
    if ((known?.track ?? null) === track) return;
    known?.node.disconnect();
    this.#sources.delete(id);
    if (!track) {
      this.onSpeaking(id, false);
      return;
    }
    this.#context ??= new AudioContext();
    const node = this.#context.createMediaStreamSource(new MediaStream([track]));
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    node.connect(analyser);
    this.#sources.set(id, { track, node, analyser, lastLoud: -Infinity, on: false });
  }

  /**
   * Whether anybody has spoken within so many milliseconds; `except` leaves one out.
   * @param {number} [within]
   * @param {string | null} [except]
   */
  anybody(within = HANGS_ON, except = null) {
    const now = performance.now();
    // A browser that waits for a click lets us hear nothing: assume that somebody speaks.
    if (this.#sources.size && this.#context?.state !== "running") return true;
    return [...this.#sources].some(([id, { lastLoud }]) => id !== except && now - lastLoud < within);
  }

  #look() {
    if (this.#context?.state === "suspended") this.#context.resume().catch(() => {});
    const now = performance.now();
    const samples = new Float32Array(1024);
    for (const [id, source] of this.#sources) {
      source.analyser.getFloatTimeDomainData(samples);
      let power = 0;
      for (const value of samples) power += value * value;
      if (source.track.enabled && Math.sqrt(power / samples.length) > LOUD) source.lastLoud = now;
      const on = now - source.lastLoud < HANGS_ON;
      if (on !== source.on) {
        source.on = on;
        this.onSpeaking(id, on);
      }
    }
  }
}
