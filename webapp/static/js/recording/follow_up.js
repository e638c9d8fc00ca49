// One follow-up question after an answer was saved: shown if it is there within some seconds. Nobody waits for it; later it
// stands on the overview, after the last question.
import { byId } from "../dom.js";
import { gettext } from "../i18n.js";
import { getJson } from "./http.js";
import { announce } from "./speak.js";

export const WITHIN = 5000;
const EVERY = 600;

/**
 * @param {string} url
 * @param {{look?: typeof getJson, now?: () => number, pause?: (milliseconds: number) => Promise<void>}} [options]
 * @returns {Promise<boolean>} whether one is asked
 */
export async function lookForFollowUp(url, { look = getJson, now = () => performance.now(), pause = rest } = {}) {
  const end = now() + WITHIN;
  for (;;) {
    const found = await look(url).catch(() => ({ state: "listening" }));
    if (found.state === "asked") {
      show(found);
      return true;
    }
    if (found.state === "skipped" || now() + EVERY > end) return false;
    await pause(EVERY);
  }
}

/** @param {number} milliseconds */
const rest = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** @param {{url: string, prompt: string}} found */
function show({ url, prompt }) {
  const panel = byId("follow-up");
  if (!panel || !panel.hidden) return;
  byId("follow-up-prompt").textContent = prompt;
  byId("follow-up-link").href = url;
  panel.hidden = false;
  announce(gettext("There is one follow-up question. You may answer it now, or go on."));
}
