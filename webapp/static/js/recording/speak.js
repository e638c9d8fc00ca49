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
 * Seconds as m:ss.
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
