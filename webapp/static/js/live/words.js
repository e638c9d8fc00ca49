// What the room calls what it reads, in the page's language.
import { gettext, localeOf, pgettext } from "../i18n.js";

/** The emotions in the order of the legend; the voice's own names are folded into the face's. */
export const EMOTIONS = ["happy", "surprise", "calm", "neutral", "sad", "fear", "angry", "disgust", "contempt"];
/** @type {Record<string, string>} */
const ALIASES = { fearful: "fear", surprised: "surprise" };

/**
 * One name for what the face and the voice call differently; null stays null.
 * @param {string | null | undefined} name
 */
export const canonical = (name) => (name == null ? null : (ALIASES[name] ?? name));

/** @type {Record<string, string>} */
const WORDS = {
  happy: pgettext("emotion", "happy"),
  surprise: pgettext("emotion", "surprised"),
  calm: pgettext("emotion", "calm"),
  neutral: pgettext("emotion", "neutral"),
  sad: pgettext("emotion", "sad"),
  fear: pgettext("emotion", "afraid"),
  angry: pgettext("emotion", "angry"),
  disgust: pgettext("emotion", "disgusted"),
  contempt: pgettext("emotion", "contemptuous"),
};

/** The page's language, as in its <html lang>. */
export const language = () => document.documentElement.lang || "en";

/**
 * "happy" as the page's language says it.
 * @param {string | null} name
 */
export const emotionWord = (name) => WORDS[canonical(name) ?? ""] ?? canonical(name) ?? "";

/**
 * The same for a label of its own: "Happy".
 * @param {string | null} name
 */
export const emotionLabel = (name) => {
  if (name == null) return gettext("Not clear");
  const word = emotionWord(name);
  return word.charAt(0).toLocaleUpperCase(language()) + word.slice(1);
};

/**
 * "Kim looks happy", or "You look happy".
 * @param {string} name
 * @param {string | null} emotion
 */
export const changeSentence = (name, emotion, own = false) => {
  const values = { name, emotion: emotionWord(emotion) };
  return own ? gettext("You look %(emotion)s", values) : gettext("%(name)s looks %(emotion)s", values);
};

/** @type {Record<string, string>} */
const STATES = {
  "no face": gettext("No face in the picture"),
  "too small": gettext("The face is too small to read"),
  "too dark": gettext("Too dark to read"),
  frozen: gettext("The picture stands still"),
  drawing: gettext("A drawing, not a face"),
  starting: gettext("Starting …"),
};

/**
 * Why there is no reading, in plain words; "" where all is well.
 * @param {string | null | undefined} state
 */
export const stateWords = (state) => (state == null || state === "ok" ? "" : (STATES[state] ?? gettext("Cannot be analysed at the moment")));

/**
 * A moment of the day as the page's language writes it, with its seconds.
 * @param {Date} [moment]
 */
export const clockTime = (moment = new Date()) => moment.toLocaleTimeString(localeOf(language()), { timeStyle: "medium" });

/**
 * The same without seconds.
 * @param {Date} [moment]
 */
export const shortTime = (moment = new Date()) => moment.toLocaleTimeString(localeOf(language()), { timeStyle: "short" });
