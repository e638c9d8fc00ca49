// The player of one answer: speed, jumps, single frames, captions, and silence that is skipped.
import { find, findAll } from "../dom.js";
import { gettext } from "../i18n.js";
import { postJson } from "../recording/http.js";

/** Choices that hold for the next answer too. */
const kept = { rate: 1, captions: false, skips: false };
/** A silence of this many seconds and more is skipped, but for its two ends. */
const SILENCE = 1.2;
const EDGE = 0.25;

/** @param {number} seconds */
export const clock = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

/**
 * The silences between stretches of speech, each with its ends left in.
 * @param {[number, number][]} spoken [from, to] in seconds, in order
 * @param {number} seconds
 * @returns {[number, number][]}
 */
export function silences(spoken, seconds) {
  /** @type {[number, number][]} */
  const found = [];
  let at = 0;
  for (const [from, to] of [...spoken, /** @type {[number, number]} */ ([seconds, seconds])]) {
    if (from - at >= SILENCE) found.push([at + (at ? EDGE : 0), from - EDGE]);
    at = Math.max(at, to);
  }
  return found;
}

/**
 * @param {HTMLElement} root the part of the page with the answer
 * @param {(progress: any) => void} [told] gets how far the review is once the recording has played
 * @returns {{media: HTMLMediaElement, toggle: () => void, jump: (seconds: number) => void, step: (frames: number) => void, seek: (seconds: number) => void} | null}
 */
export function wirePlayer(root, told = () => {}) {
  const box = find(root, "[data-player]");
  if (!box) return null;
  /** @type {HTMLMediaElement} */
  const media = find(box, ".player-media");
  const frame = Number(box.dataset.frame) || 0.04;
  find(box, "[data-controls]").hidden = false;
  const play = find(box, "[data-play]");

  const toggle = () => {
    if (media.paused) media.play().catch(() => {});
    else media.pause();
  };
  /** @param {number} seconds */
  const seek = (seconds) => {
    const end = Number.isFinite(media.duration) ? media.duration : seconds;
    media.currentTime = Math.max(0, Math.min(seconds, end));
  };
  /** @param {number} seconds */
  const jump = (seconds) => seek(media.currentTime + seconds);
  /** @param {number} frames */
  const step = (frames) => {
    media.pause();
    jump(frames * frame);
  };

  play.addEventListener("click", toggle);
  for (const button of findAll(box, "[data-jump]")) button.addEventListener("click", () => jump(Number(button.dataset.jump)));
  for (const button of findAll(box, "[data-frame-step]")) button.addEventListener("click", () => step(Number(button.dataset.frameStep)));
  const rate = find(box, "[data-rate]");
  rate.value = String(kept.rate);
  media.defaultPlaybackRate = media.playbackRate = kept.rate;
  rate.addEventListener("change", () => (media.playbackRate = kept.rate = Number(rate.value)));
  media.addEventListener("ratechange", () => (rate.value = String(media.playbackRate)));

  wireCaptions(media, find(box, "[data-captions]"));
  const skip = wireSkipping(media, find(box, "[data-skip-silence]"), spokenOf(root));
  media.addEventListener("timeupdate", skip);
  const pressed = () => (play.textContent = media.paused ? gettext("Play") : gettext("Pause"));
  media.addEventListener("play", pressed);
  media.addEventListener("pause", pressed);
  notePlayed(media, box.dataset.played, told);
  return { media, toggle, jump, step, seek };
}

/**
 * When somebody speaks, by the lines of the transcript.
 * @param {HTMLElement} root
 * @returns {[number, number][]}
 */
const spokenOf = (root) =>
  findAll(root, "[data-transcript] [data-seek][data-end]").map((word) => [Number(word.dataset.seek), Number(word.dataset.end)]);

/**
 * @param {HTMLMediaElement} media
 * @param {any} button
 */
function wireCaptions(media, button) {
  const track = media.textTracks[0];
  if (!track) return;
  button.hidden = false;
  const show = () => {
    track.mode = kept.captions ? "showing" : "hidden";
    button.setAttribute("aria-pressed", String(kept.captions));
  };
  button.addEventListener("click", () => {
    kept.captions = !kept.captions;
    show();
  });
  show();
}

/**
 * @param {HTMLMediaElement} media
 * @param {any} button
 * @param {[number, number][]} spoken
 */
function wireSkipping(media, button, spoken) {
  if (!spoken.length) return () => {};
  button.hidden = false;
  const show = () => button.setAttribute("aria-pressed", String(kept.skips));
  button.addEventListener("click", () => {
    kept.skips = !kept.skips;
    show();
  });
  show();
  return () => {
    if (!kept.skips || media.paused || !Number.isFinite(media.duration)) return;
    const silent = silences(spoken, media.duration).find(([from, to]) => media.currentTime >= from && media.currentTime < to - 0.1);
    if (silent) media.currentTime = silent[1];
  };
}

/**
 * Tell the server once that the recording ran for a second.
 * @param {HTMLMediaElement} media
 * @param {string} url
 * @param {(progress: any) => void} told gets how far the review is then
 */
function notePlayed(media, url, told) {
  let ran = 0;
  let last = 0;
  const count = () => {
    const moved = media.currentTime - last;
    last = media.currentTime;
    if (media.seeking || moved <= 0 || moved > 2 || ran >= 1) return;
    ran += moved;
    if (ran >= 1) postJson(url, {}).then(told).catch(() => (ran = 0));
  };
  media.addEventListener("timeupdate", count);
}
