// Whether what is recorded can be seen and heard: a black picture or a dead microphone is said while somebody can still mend it. What lasted is
// said once more when the server has checked the recording (webapp/recordings/verification.py).
import { gettext } from "../i18n.js";

/** Luminance (0..255) below which a picture is black, and how far its pixels may spread then. */
const [BLACK, SPREAD] = [20, 6];
/** Level (0..1 of -60 dB to full scale) that a microphone that lives passes by room noise alone. */
const DEAD = 0.02;
/** Mean luminance below which a face is hard to see: a dark room. */
const DIM = 45;
/** Somebody speaks where the level rises and falls by so much; a loudest of less than this (-41 dB) is hard to hear. */
const [SPEAKS, QUIET] = [0.1, 0.32];
/** Seconds for which it must last before it is said. */
const PICTURE_AFTER = 4;
const SOUND_AFTER = 8;
const DIM_AFTER = 6;
const QUIET_AFTER = 12;
const MUTED_AFTER = 2;

/**
 * Whether a picture is black: dark throughout. A dark room shows some light somewhere.
 * @param {ArrayLike<number>} rgba bytes of a small picture
 */
export function isBlack(rgba) {
  let [sum, squares] = [0, 0];
  const pixels = rgba.length / 4;
  for (let at = 0; at < rgba.length; at += 4) {
    const luminance = 0.2126 * rgba[at] + 0.7152 * rgba[at + 1] + 0.0722 * rgba[at + 2];
    sum += luminance;
    squares += luminance * luminance;
  }
  const mean = sum / pixels;
  return pixels > 0 && mean < BLACK && Math.sqrt(Math.max(0, squares / pixels - mean * mean)) < SPREAD;
}

/**
 * Whether a room is too dark for a face to be seen, though the picture is not black.
 * @param {ArrayLike<number>} rgba bytes of a small picture
 */
export function isDim(rgba) {
  let sum = 0;
  for (let at = 0; at < rgba.length; at += 4) sum += 0.2126 * rgba[at] + 0.7152 * rgba[at + 1] + 0.0722 * rgba[at + 2];
  return rgba.length > 0 && sum / (rgba.length / 4) < DIM;
}

/**
 * Counts for how long picture and sound have been missing. `look` takes what is so at one moment (seconds; null where it
 * is not known) and returns what to say: {picture, sound}, each "" where nothing is wrong.
 */
export class Health {
  /** @type {Record<string, number | null>} */
  #since = { black: null, silent: null, camera: null, microphone: null, dim: null };
  /** @type {{now: number, level: number}[]} */
  #levels = [];

  /**
   * @param {number} now seconds
   * @param {{black: boolean | null, dim?: boolean | null, level: number | null, cameraMuted: boolean, microphoneMuted: boolean}} state
   */
  look(now, { black, dim = null, level, cameraMuted, microphoneMuted }) {
    const silent = level !== null && level < DEAD;
    const lasted = (/** @type {string} */ name, /** @type {boolean} */ so, /** @type {number} */ after) => {
      this.#since[name] = so ? (this.#since[name] ?? now) : null;
      return this.#since[name] !== null && now - this.#since[name] >= after;
    };
    const noCamera = lasted("camera", cameraMuted, MUTED_AFTER);
    const noMicrophone = lasted("microphone", microphoneMuted, MUTED_AFTER);
    const isDark = lasted("black", Boolean(black), PICTURE_AFTER);
    const isDimmed = lasted("dim", Boolean(dim) && !black, DIM_AFTER);
    const isSilent = lasted("silent", silent, SOUND_AFTER);
    const isQuiet = this.#speaksQuietly(now, level);
    return {
      picture: noCamera ? MUTED.camera : isDark ? gettext("Your picture is black. Is the camera covered, or its shutter closed?") : isDimmed ? gettext("It is dark around you. More light, in front of you, helps others to see you.") : "",
      sound: noMicrophone ? MUTED.microphone : isSilent ? gettext("No sound comes from your microphone. Is it muted, or is another one chosen?") : isQuiet ? gettext("You are hard to hear. Move closer to the microphone, or turn it up.") : "",
    };
  }

  /**
   * Whether somebody has spoken for a while and never loudly: who is silent is not told anything.
   * @param {number} now seconds
   * @param {number | null} level
   */
  #speaksQuietly(now, level) {
    if (level !== null) this.#levels.push({ now, level });
    this.#levels = this.#levels.filter((each) => now - each.now <= QUIET_AFTER);
    const heard = this.#levels.map((each) => each.level);
    const loudest = Math.max(...heard);
    return heard.length >= QUIET_AFTER - 1 && loudest < QUIET && loudest - Math.min(...heard) >= SPEAKS;
  }
}

const MUTED = {
  camera: gettext("Your camera sends no picture just now: a switch, another program or the system has paused it."),
  microphone: gettext("Your microphone is muted by a switch, a headset or the system: nothing of what you say is recorded."),
};

/**
 * Watch a stream once a second. `show({picture, sound})` gets what to say; `level()` the latest loudness, null where it
 * is not measured; `video` the element that shows the picture. An ornament: what this browser cannot measure is left
 * out. Returns the function that ends it.
 * @param {MediaStream} stream
 * @param {{video: HTMLVideoElement | null, level: () => number | null, show: (words: {picture: string, sound: string}) => void}} options
 */
export function watchHealth(stream, { video, level, show }) {
  const health = new Health();
  const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 24 });
  const pen = canvas.getContext?.("2d", { willReadFrequently: true });
  const seen = () => {
    if (!pen || !video?.videoWidth || document.hidden) return { black: null, dim: null };
    try {
      pen.drawImage(video, 0, 0, 32, 24);
      const rgba = pen.getImageData(0, 0, 32, 24).data;
      return { black: isBlack(rgba), dim: isDim(rgba) };
    } catch {
      return { black: null, dim: null };
    }
  };
  const look = () => {
    const muted = (/** @type {MediaStreamTrack[]} */ tracks) => tracks.some((track) => track.muted);
    const state = { ...seen(), level: level(), cameraMuted: muted(stream.getVideoTracks()), microphoneMuted: muted(stream.getAudioTracks()) };
    show(health.look(performance.now() / 1000, state));
  };
  for (const track of stream.getTracks()) for (const name of ["mute", "unmute"]) track.addEventListener(name, look);
  const timer = setInterval(look, 1000);
  return () => {
    clearInterval(timer);
    for (const track of stream.getTracks()) for (const name of ["mute", "unmute"]) track.removeEventListener(name, look);
  };
}
