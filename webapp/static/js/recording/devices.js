// Camera and microphone: asking for them, words for every way in which that fails, and a level meter.
import { gettext } from "../i18n.js";
import { CONSTRAINTS } from "./formats.js";

/** @type {Record<string, (device: string) => string>} */
const HELP = {
  NotAllowedError: (device) => gettext("Your browser does not let this page use your %(device)s. Click the camera or lock sign beside the address, allow it, and try again. On a phone or a Mac, look into the system's privacy settings too.", { device }),
  NotFoundError: (device) => gettext("No %(device)s was found. Connect one, or switch it on, and try again.", { device }),
  NotReadableError: (device) => gettext("Your %(device)s cannot be started. Another program may be using it: close video calls and other tabs, then try again.", { device }),
  OverconstrainedError: (device) => gettext("The %(device)s that was chosen is no longer there. Choose another one and try again.", { device }),
  SecurityError: (device) => gettext("Your browser's settings forbid any page to use your %(device)s. Change them, or use another browser.", { device }),
  AbortError: (device) => gettext("Your %(device)s stopped while it was being started. Unplug it, plug it in again, and try again.", { device }),
  TypeError: (device) => gettext("This page can use your %(device)s only over a secure connection (https). Tell the person who sent you the link.", { device }),
};

/** @type {Record<string, string>} */
const NAMES = { video: gettext("camera and microphone"), camera: gettext("camera"), microphone: gettext("microphone") };

/**
 * What happened and what to do next.
 * @param {Error} error of getUserMedia
 * @param {string} kind "video", "audio", "camera" or "microphone"
 */
export function explain(error, kind) {
  const help = HELP[error.name] ?? ((/** @type {string} */ device) => gettext("Your %(device)s could not be started (%(error)s). Try again, or use another browser.", { device, error: error.name }));
  return help(NAMES[kind] ?? NAMES.microphone);
}

/**
 * Ask for the devices. chosen holds device ids ({camera, microphone}), either may be absent.
 * @param {string} kind
 * @param {{camera?: string, microphone?: string}} [chosen]
 */
export async function open(kind, chosen = remembered()) {
  if (!navigator.mediaDevices?.getUserMedia) throw new TypeError("no media devices");
  /** @param {string} [id] */
  const exact = (id) => (id ? { deviceId: { exact: id } } : {});
  const constraints = {
    audio: { ...CONSTRAINTS.audio, ...exact(chosen.microphone) },
    video: kind === "video" ? { ...CONSTRAINTS.video, ...exact(chosen.camera) } : false,
  };
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    if (error.name === "OverconstrainedError" && (chosen.camera || chosen.microphone)) {
      remember({}); // the device chosen last time is gone: take any
      return open(kind, {});
    }
    throw error;
  }
}

/** @param {MediaStream | null} stream */
export function close(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

const KEY = "viva-devices";

/** The devices chosen in the device check, for the questions after it. */
export function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

/** @param {{camera?: string, microphone?: string}} chosen */
export function remember(chosen) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // private windows may refuse: the default devices are used then
  }
}

/**
 * Call show(level) with the loudness (0..1) about ten times a second until the returned function is called.
 * @param {MediaStream} stream
 * @param {(level: number) => void} show
 */
export function watchLevel(stream, show) {
  if (!stream.getAudioTracks().length) return () => {};
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    if (context.state === "suspended") context.resume();
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
    show(Math.max(0, Math.min(1, 1 + (10 * Math.log10(power + 1e-10)) / 60))); // -60 dB is 0, full scale is 1
  }, 100);
  return () => {
    clearInterval(timer);
    context.close();
  };
}
