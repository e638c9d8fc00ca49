// Words for screen readers, and lengths of time for everybody.
import { byId } from "../dom.js";

/**
 * Say something through the page's live region; the same words twice are said twice.
 * @param {string} text
 */
export function announce(text) {
  const region = byId("announcer");
  if (!region) return;
  region.textContent = "";
  window.setTimeout(() => {
    region.textContent = text;
  }, 50);
}

/**
 * A length of time as m:ss or h:mm:ss, rounded as the server's pages round it (ml/core/formatting.py).
 * @param {number} seconds
 */
export function clock(seconds) {
  const near = Math.round(seconds);
  const whole = Math.max(0, near - seconds === 0.5 && near % 2 ? near - 1 : near); // halves go to the even second
  const [minutes, rest] = [Math.floor(whole / 60), String(whole % 60).padStart(2, "0")];
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

/**
 * What is left of a countdown: the second that has begun is still there.
 * @param {number} seconds
 */
export const countdown = (seconds) => clock(Math.ceil(seconds));
