// Camera and microphone: asking for them, remembering which, and a level meter.
import { blame, noDevices } from "./faults.js";
import { CONSTRAINTS } from "./formats.js";

export { canRetry, explain } from "./faults.js";

/**
 * Whether a device that was asked for by its id is no longer there; browsers say it in two ways.
 * @param {any} error of getUserMedia
 */
export const isGone = (error) => ["OverconstrainedError", "NotFoundError"].includes(error.name);

/**
 * Ask for the devices. chosen holds device ids ({camera, microphone}), either may be absent.
 * @param {string} kind
 * @param {{camera?: string, microphone?: string}} [chosen]
 */
export async function open(kind, chosen = remembered()) {
  if (!navigator.mediaDevices?.getUserMedia) throw noDevices();
  /** @param {string} [id] */
  const exact = (id) => (id ? { deviceId: { exact: id } } : {});
  const constraints = {
    audio: { ...CONSTRAINTS.audio, ...exact(chosen.microphone) },
    video: kind === "video" ? { ...CONSTRAINTS.video, ...exact(chosen.camera) } : false,
  };
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    if (isGone(error) && (chosen.camera || chosen.microphone)) {
      remember({}); // the device chosen last time is gone: take any
      return open(kind, {});
    }
    throw kind === "video" ? await blame(error) : error;
  }
}

/** @param {MediaStream | null} stream */
export function close(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

const KEY = "viva-devices";

/** The devices chosen in the device check, for the questions after it and for the next time in this browser. */
export function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

/** @param {{camera?: string, microphone?: string}} chosen */
export function remember(chosen) {
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // private windows may refuse: the default devices are used then
  }
}

/**
 * Call show(level) with the loudness (0..1) about ten times a second until the returned function is called. A meter is
 * an ornament: where this browser cannot make one, `onMissing` is called and all else goes on.
 * @param {MediaStream} stream
 * @param {(level: number) => void} show
 * @param {() => void} [onMissing]
 */
export function watchLevel(stream, show, onMissing = () => {}) {
  if (!stream.getAudioTracks().length) return () => {};
  /** @type {AudioContext} */
  let context;
  /** @type {AnalyserNode} */
  let analyser;
  try {
    context = new AudioContext();
    analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    context.createMediaStreamSource(stream).connect(analyser);
  } catch (error) {
    console.warn("Viva: no level meter", error);
    onMissing();
    return () => {};
  }
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    if (context.state === "suspended") context.resume().catch(() => {}); // not before somebody clicks
    if (context.state !== "running") return; // a meter that does not run has heard nothing, silence neither
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
    show(Math.max(0, Math.min(1, 1 + (10 * Math.log10(power + 1e-10)) / 60))); // -60 dB is 0, full scale is 1
  }, 100);
  return () => {
    clearInterval(timer);
    context.close().catch(() => {});
  };
}
