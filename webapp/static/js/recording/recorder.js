// MediaRecorder with a time limit, handing over slices as they come.
import { BITS, timeslice } from "./formats.js";

/**
 * Record a stream. `onSlice(blob)` gets every slice in order, `onTick(secondsLeft)` runs four times a second,
 * `onEnd(error)` once after the last slice. Returns {stop, flush}; flush() asks for what there is since the last slice.
 * @param {MediaStream} stream
 * @param {{
 *   type: string,
 *   limit: number,
 *   onSlice: (slice: Blob) => void,
 *   onTick: (left: number) => void,
 *   onEnd: (error: Error | null) => void,
 * }} options
 */
export function record(stream, { type, limit, onSlice, onTick, onEnd }) {
  // A fragment of MP4 ends at a key frame, and before that nothing of it is handed over: without the interval a page
  // that is closed may lose a quarter of a minute.
  /** @type {MediaRecorderOptions & {videoKeyFrameIntervalDuration: number}} */
  const options = { mimeType: type, videoKeyFrameIntervalDuration: 2000, ...BITS };
  const recorder = new MediaRecorder(stream, options);
  /** @type {Error | null} */
  let failure = null;
  /** @type {{id?: ReturnType<typeof setInterval>}} */
  const timer = {};
  const stop = () => {
    if (recorder.state !== "inactive") recorder.stop();
  };
  recorder.ondataavailable = (event) => {
    if (event.data.size) onSlice(event.data);
  };
  recorder.onerror = (event) => {
    failure = event.error ?? new Error("The recorder stopped");
    stop();
  };
  recorder.onstop = () => {
    clearInterval(timer.id);
    onEnd(failure);
  };
  for (const track of stream.getTracks()) {
    track.addEventListener("ended", () => {
      failure ??= new DOMException("A device was switched off", "NotReadableError");
      stop();
    });
  }
  recorder.start(timeslice(type));
  const started = performance.now();
  timer.id = setInterval(() => {
    const left = limit - (performance.now() - started) / 1000;
    onTick(Math.max(0, left));
    if (left <= 0) stop();
  }, 250);
  const flush = () => {
    if (recorder.state === "recording") recorder.requestData();
  };
  return { stop, flush };
}
