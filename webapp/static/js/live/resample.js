// From the sound card's rate to 16 kHz: a windowed sinc, evaluated where each new sample falls.

const TAPS = 32;

/**
 * Returns a function that takes Float32Array blocks at `from` Hz and gives Int16Array blocks at `to` Hz, which join
 * without a seam. What lies above half the lower rate is filtered out first, so nothing folds back.
 * @param {number} from
 * @param {number} [to]
 */
export function resampler(from, to = 16000) {
  const step = from / to;
  const cut = Math.min(1, to / from) * 0.94;
  const half = Math.ceil((TAPS / 2) * Math.max(1, step));
  let kept = new Float32Array(2 * half);
  let next = half; // where in `kept` the next sample falls

  return (/** @type {Float32Array} */ block) => {
    const data = new Float32Array(kept.length + block.length);
    data.set(kept);
    data.set(block, kept.length);
    const out = new Int16Array(Math.max(0, Math.ceil((data.length - half - next) / step)));
    let count = 0;
    for (; next < data.length - half; next += step) {
      const middle = Math.floor(next);
      let sum = 0;
      let weights = 0;
      for (let at = middle - half + 1; at <= middle + half; at += 1) {
        const distance = at - next;
        const x = Math.PI * distance * cut;
        const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / (half + 1));
        const weight = (Math.abs(x) < 1e-9 ? 1 : Math.sin(x) / x) * window;
        sum += data[at] * weight;
        weights += weight;
      }
      const value = Math.max(-1, Math.min(1, sum / weights));
      out[count] = Math.round(value * 32767);
      count += 1;
    }
    const keepFrom = Math.max(0, Math.floor(next) - half);
    kept = data.slice(keepFrom);
    next -= keepFrom;
    return out.subarray(0, count);
  };
}
