// Runs in the AudioWorklet: the microphone as 16 kHz PCM, a quarter of a second at a time.
import { resampler } from "../live/resample.js";

const BLOCK = 4000;

class Pcm extends AudioWorkletProcessor {
  #resample = resampler(sampleRate);
  #block = new Int16Array(BLOCK);
  #filled = 0;

  /** @param {Float32Array[][]} inputs */
  process([[channel]]) {
    if (!channel) return true; // no microphone connected just now
    const samples = this.#resample(channel);
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + BLOCK - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === BLOCK) {
        const { buffer } = this.#block;
        this.port.postMessage(buffer, [buffer]);
        this.#block = new Int16Array(BLOCK);
        this.#filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("viva-pcm", Pcm);
