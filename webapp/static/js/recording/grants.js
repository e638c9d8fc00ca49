// Help that is granted while a question is open: the page asks now and then, and takes up what holds from then on. A
// recording goes on as it is.
import { byId } from "../dom.js";
import { gettext, ngettext } from "../i18n.js";
import { getJson, ServerError } from "./http.js";
import { clock } from "./speak.js";

/** Milliseconds between two looks. */
export const EVERY = 15_000;

/**
 * What holds for this candidate: seconds to answer, takes allowed and left, seconds left to think, whether thinking is
 * counted, and how the question is answered.
 * @typedef {{limit: number, takes: number, takes_left: number, think: number, think_left: number, clock: boolean, kind: string}} Terms
 */

/**
 * Look every so often, and when somebody comes back to the page, whether something else holds than before.
 * @param {string} url
 * @param {Terms} known what the page was loaded with
 * @param {(terms: Terms, before: Terms) => void} apply
 * @param {{look?: (url: string) => Promise<any>}} [options]
 * @returns {{look: () => Promise<void>, stop: () => void}}
 */
export function watchTerms(url, known, apply, { look = getJson } = {}) {
  let [before, busy] = [known, false];
  const once = async () => {
    if (busy || document.visibilityState === "hidden") return;
    busy = true;
    try {
      /** @type {Terms} */
      const found = await look(url);
      if (isAnother(found, before)) {
        const last = before;
        before = found;
        apply(found, last);
      }
    } catch (error) {
      if (error instanceof ServerError && error.status < 500 && error.status !== 429) stop(); // the interview is over
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(once, EVERY);
  const stop = () => {
    clearInterval(timer);
    window.removeEventListener("focus", once);
    document.removeEventListener("visibilitychange", once);
  };
  window.addEventListener("focus", once);
  document.addEventListener("visibilitychange", once);
  return { look: once, stop };
}

/**
 * @param {Terms} found
 * @param {Terms} before
 */
const isAnother = (found, before) =>
  found.limit !== before.limit || found.takes !== before.takes || found.think !== before.think || found.clock !== before.clock || found.kind !== before.kind;

/**
 * Say politely, and leave on the page, what holds now.
 * @param {Terms} found
 * @param {Terms} before
 */
export function sayTerms(found, before) {
  const place = byId("granted");
  if (!place) return;
  const words = [];
  if (found.limit !== before.limit) words.push(gettext("You now have up to %(time)s for an answer.", { time: clock(found.limit) }));
  if (found.takes !== before.takes) words.push(ngettext("You now have %(num)s take left.", "You now have %(num)s takes left.", found.takes_left));
  if (!found.clock && before.clock) words.push(gettext("Your time to think is no longer counted."));
  else if (found.think > before.think) words.push(gettext("You now have more time to think."));
  if (found.kind !== before.kind) words.push(gettext("You may now answer with sound alone: reload this page when you are not recording."));
  if (!words.length) return;
  place.textContent = words.join(" ");
  place.classList.add("note");
}
