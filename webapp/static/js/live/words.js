// What the room calls what it reads, in the page's language. English stands in for what a language lacks.

/** The emotions in the order of the legend; the voice's own names are folded into the face's. */
export const EMOTIONS = ["happy", "surprise", "calm", "neutral", "sad", "fear", "angry", "disgust"];
const ALIASES = { fearful: "fear", surprised: "surprise" };

/** One name for what the face and the voice call differently; null stays null. */
export const canonical = (name) => (name == null ? null : (ALIASES[name] ?? name));

const WORDS = {
  en: {
    happy: "happy", surprise: "surprised", calm: "calm", neutral: "neutral", sad: "sad", fear: "afraid", angry: "angry", disgust: "disgusted",
    looks: (name, emotion) => `${name} looks ${emotion}`,
    you: (emotion) => `You look ${emotion}`,
  },
  de: {
    happy: "fröhlich", surprise: "überrascht", calm: "ruhig", neutral: "neutral", sad: "traurig", fear: "ängstlich", angry: "verärgert", disgust: "angewidert",
    looks: (name, emotion) => `${name} wirkt ${emotion}`,
    you: (emotion) => `Sie wirken ${emotion}`,
  },
  fr: {
    happy: "de la joie", surprise: "de la surprise", calm: "du calme", neutral: "une humeur neutre", sad: "de la tristesse", fear: "de la peur", angry: "de la colère", disgust: "du dégoût",
    looks: (name, emotion) => `${name} exprime ${emotion}`,
    you: (emotion) => `Vous exprimez ${emotion}`,
  },
  es: {
    happy: "alegría", surprise: "sorpresa", calm: "calma", neutral: "neutralidad", sad: "tristeza", fear: "miedo", angry: "enfado", disgust: "disgusto",
    looks: (name, emotion) => `${name} expresa ${emotion}`,
    you: (emotion) => `Usted expresa ${emotion}`,
  },
};

/** The page's language, as in its <html lang>. */
export const language = () => document.documentElement.lang || "en";
const words = () => WORDS[language().split("-")[0].toLowerCase()] ?? WORDS.en;

/** "happy" as the page's language says it. */
export const emotionWord = (name) => words()[canonical(name)] ?? canonical(name) ?? "";

/** The same for a label of its own: "Happy". */
export const emotionLabel = (name) => {
  if (name == null) return "Not clear";
  const word = emotionWord(name);
  return word.charAt(0).toLocaleUpperCase(language()) + word.slice(1);
};

/** "Kim looks happy", or "You look happy". */
export const changeSentence = (name, emotion, own = false) => {
  const one = words();
  return own ? one.you(emotionWord(emotion)) : one.looks(name, emotionWord(emotion));
};

const STATES = {
  "no face": "No face in the picture",
  "too small": "The face is too small to read",
  "too dark": "Too dark to read",
  frozen: "The picture stands still",
  drawing: "A drawing, not a face",
  starting: "Starting …",
};

/** Why there is no reading, in plain words; "" where all is well. */
export const stateWords = (state) => (state == null || state === "ok" ? "" : (STATES[state] ?? "Cannot be read just now"));

/** A share as whole per cent. */
export const percent = (value) => `${Math.round(100 * (value ?? 0))} %`;

/** A moment as hh:mm:ss. */
export const clockTime = (moment = new Date()) =>
  moment.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
