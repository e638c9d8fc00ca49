// MediaRecorder with a time limit, handing over slices as they come.
import { DeviceError } from "./faults.js";
import { BITS, timeslice } from "./formats.js";

/** Milliseconds beyond its first slice's due time after which a recorder delivers nothing. */
const PATIENCE = 3500;
/** Milliseconds that a recorder has for its last slice after it was told to stop. */
const LAST_SLICE = 10000;

/**
 * Record a stream. `onSlice(blob)` gets every slice in order, `onTick(secondsLeft)` runs four times a second,
 * `onEnd(error)` once after the last slice. Returns {stop, flush, extend}; flush() asks for what there is since the last
 * slice, extend(limit) lets it last longer.
 * Throws a DeviceError where the recorder does not start; nothing is left running then.
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
  /** @type {Error | null} */
  let failure = null;
  let [delivered, ended] = [false, false];
  /** @type {{tick?: ReturnType<typeof setInterval>, first?: ReturnType<typeof setTimeout>, last?: ReturnType<typeof setTimeout>}} */
  const timers = {};
  /** @type {MediaRecorder} */
  let recorder;
  const end = () => {
    if (ended) return;
    ended = true;
    clearInterval(timers.tick);
    clearTimeout(timers.first);
    clearTimeout(timers.last);
    for (const track of stream.getTracks()) track.removeEventListener("ended", onEnded);
    onEnd(failure);
  };
  const stop = () => {
    if (ended || timers.last) return;
    timers.last = setTimeout(end, LAST_SLICE); // a recorder that does not even say that it has stopped
    if (recorder.state !== "inactive") recorder.stop();
  };
  const onEnded = (/** @type {Event} */ { target }) => {
    failure ??= new DeviceError("EndedError", /** @type {MediaStreamTrack} */ (target).kind === "video" ? "camera" : "microphone");
    stop();
  };
  try {
    recorder = new MediaRecorder(stream, options);
    recorder.ondataavailable = (event) => {
      if (!event.data.size) return;
      delivered = true;
      clearTimeout(timers.first);
      onSlice(event.data);
    };
    recorder.onerror = (event) => {
      failure ??= new DeviceError("RecorderError", undefined, event.error);
      stop();
    };
    recorder.onstop = end;
    recorder.start(timeslice(type));
  } catch (error) {
    throw new DeviceError("RecorderError", undefined, error);
  }
  for (const track of stream.getTracks()) track.addEventListener("ended", onEnded);
  timers.first = setTimeout(() => {
    if (delivered) return;
    failure ??= new DeviceError("NoDataError");
    stop();
  }, timeslice(type) + PATIENCE);
  const started = performance.now();
  timers.tick = setInterval(() => {
    const left = limit - (performance.now() - started) / 1000;
    onTick(Math.max(0, left));
    if (left <= 0) stop();
  }, 250);
  const flush = () => {
    if (recorder.state === "recording") recorder.requestData();
  };
  const extend = (/** @type {number} */ longer) => {
    limit = Math.max(limit, longer);
  };
  return { stop, flush, extend };
}
