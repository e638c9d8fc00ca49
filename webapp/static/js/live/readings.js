// What has been read of everybody lately, in one place; the views ask here. Nothing of it is kept beyond the page.
import { gettext, pgettext } from "../i18n.js";
import { canonical } from "./words.js";

/** A reading older than this says nothing about now; a slow server gets a little more time, up to LONGEST (milliseconds). */
const FRESH = 2500;
const LONGEST = 5000;

/**
 * The one emotion of a reading that stands for the person: {emotion, confidence, probabilities, from}, or null.
 * @param {Reading | null | undefined} reading
 */
export function dominant(reading) {
  if (!reading) return null;
  const { fused, voice, faces = [] } = reading;
  const followed = faces.find(({ id }) => id === reading.followed) ?? faces[0] ?? null;
  if (fused) return { ...fused, emotion: canonical(fused.emotion), from: followed && voice ? gettext("face and voice") : voice ? gettext("voice") : gettext("face") };
  if (followed) return { ...followed, emotion: canonical(followed.emotion), from: gettext("face") };
  if (voice) return { ...voice, emotion: canonical(voice.emotion), from: gettext("voice") };
  return null;
}

/**
 * What a tile says of a person: one statement, or two that each say what they were read from. On a face that is shown
 * stands what was read in it; the corner speaks where there is more than the face to say, or no face.
 * @param {Reading} reading
 * @param {boolean} camera whether there is a picture to draw on
 * @returns {{faces: (FaceReading & {kind: string})[], main: (MainJudgement & {kind: string}) | null}}
 */
export function statements(reading, camera) {
  const faces = camera ? (reading.faces ?? []) : [];
  const main = dominant(reading);
  const both = main !== null && faces.length > 0 && reading.voice !== null && reading.fused !== null;
  const alone = main !== null && faces.length === 0;
  const kind = pgettext("read from", "Face and voice");
  return {
    faces: faces.map((face) => ({ ...face, kind: both ? pgettext("read from", "Face") : "" })),
    main: both ? { ...main, kind } : alone ? { ...main, kind: "" } : null,
  };
}

export class Readings {
  #latest = new Map(); // id → {reading, at, until}

  /**
   * @param {string} id
   * @param {Reading | null} reading
   */
  set(id, reading) {
    const at = performance.now();
    const gap = at - (this.#latest.get(id)?.at ?? at);
    if (reading) this.#latest.set(id, { reading, at, until: at + Math.min(LONGEST, Math.max(FRESH, 2.5 * gap)) });
    else this.#latest.delete(id);
  }

  /**
   * The reading of somebody, if it is fresh.
   * @param {string} id
   */
  of(id) {
    const known = this.#latest.get(id);
    return known && performance.now() < known.until ? known.reading : null;
  }

  /** @param {string} id */
  forget(id) {
    this.#latest.delete(id);
  }

  /** How many faces (or voices, where no face is seen) show each emotion now: Map name → count. */
  present() {
    const counts = new Map();
    /** @param {string | null | undefined} name */
    const add = (name) => name && counts.set(canonical(name), (counts.get(canonical(name)) ?? 0) + 1);
    for (const id of this.#latest.keys()) {
      const reading = this.of(id);
      if (!reading) continue;
      const main = dominant(reading);
      add(main?.emotion);
      const followed = reading.followed ?? reading.faces?.[0]?.id;
      for (const face of reading.faces ?? []) if (face.id !== followed) add(face.emotion);
    }
    return counts;
  }
}
