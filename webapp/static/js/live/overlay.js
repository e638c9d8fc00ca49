// A box for every face over a video, each with its identity, its emoji and its class; boxes keep their place in the page as long as their face.
import { findAll } from "../dom.js";
import { gettext, ngettext } from "../i18n.js";
import { chip } from "./bars.js";
import { make } from "./faces.js";

/** The height of a box's label with its margin, in pixels. */
const LABEL = 34;
/** A label inside a box of less than this height hides too much of the face; the name at a tile's foot needs this much. */
const [SMALL, PLATE] = [180, 44];

/**
 * Where the picture lies inside an element that shows it with object-fit: {left, top, width, height} as shares of the element.
 * @param {{width: number, height: number}} options
 * @param {{videoWidth: number, videoHeight: number}} options
 * @param {string} fit
 */
export function placeOf({ width, height }, { videoWidth, videoHeight }, fit) {
  if (!width || !height || !videoWidth || !videoHeight) return { left: 0, top: 0, width: 1, height: 1 };
  const ratios = [width / videoWidth, height / videoHeight];
  const scale = fit === "cover" ? Math.max(...ratios) : Math.min(...ratios);
  const w = (videoWidth * scale) / width;
  const h = (videoHeight * scale) / height;
  return { left: (1 - w) / 2, top: (1 - h) / 2, width: w, height: h };
}

/** @param {FaceReading} options */
const facts = ({ mouth, blinks }) =>
  [mouth === "open" ? gettext("Mouth open") : mouth === "closed" ? gettext("Mouth closed") : "", blinks != null ? ngettext("%(num)s blink", "%(num)s blinks", blinks) : ""].filter(Boolean).join(", ");

export class Overlay {
  #boxes = new Map(); // face id → {box, chip}

  /**
   * `holder` lies over `video`; `mirrored` where the video is shown as a mirror.
   * @param {{holder: HTMLElement, video: HTMLVideoElement, mirrored: boolean}} options
   */
  constructor({ holder, video, mirrored }) {
    this.holder = holder;
    this.video = video;
    this.mirrored = mirrored;
    /** How much of the tile's top is taken by other signs, in pixels. */
    this.taken = 0;
  }

  /**
   * Draw a reading's faces; `name` is whose picture it is.
   * @param {(FaceReading & {kind?: string})[]} faces
   * @param {string} name
   */
  show(faces, name) {
    const here = new Set(faces.map(({ id }) => id));
    for (const [id, { box }] of this.#boxes) if (!here.has(id)) this.#leave(id, box);
    const { width, height } = this.video.getBoundingClientRect();
    const picture = placeOf({ width, height }, this.video, getComputedStyle(this.video).objectFit);
    const tile = this.holder.closest(".tile");
    this.taken = Math.max(0, ...(tile ? findAll(tile, ".tile-mood, .tile-signs") : []).map((one) => one.offsetTop + one.offsetHeight));
    this.holder.dataset.many = faces.length > 1 ? "yes" : "no"; // several labels have to be short ones
    for (const face of faces) {
      const { box, chip: one } = this.#boxes.get(face.id) ?? this.#make(face.id);
      delete box.dataset.gone;
      const [x, y, w, h] = face.box;
      const left = picture.left + (this.mirrored ? 1 - x - w : x) * picture.width;
      const top = picture.top + y * picture.height;
      box.style.left = `${100 * left}%`;
      box.style.top = `${100 * top}%`;
      box.style.width = `${100 * w * picture.width}%`;
      box.style.height = `${100 * h * picture.height}%`;
      const place = this.#room(top * height, (top + h * picture.height) * height, height);
      box.dataset.place = place;
      one.element.style.top = place === "inside" ? `${Math.max(0, this.taken - top * height) + 4}px` : "";
      box.dataset.edge = left + (w * picture.width) / 2 > 0.6 ? "end" : "start";
      box.dataset.emotion = face.emotion ?? "unclear";
      const title = faces.length > 1 ? gettext("%(name)s's picture, face %(number)s", { name, number: face.id + 1 }) : name;
      one.update({ ...face, title, words: facts(face) });
      box.querySelector(".face-number").textContent = faces.length > 1 ? String(face.id + 1) : "";
    }
  }

  /**
   * Where a box's label goes, clear of what stands at the tile's top and foot: above it, below a small one, or inside.
   * @param {number} top
   * @param {number} bottom
   * @param {number} height
   */
  #room(top, bottom, height) {
    if (top - LABEL >= this.taken) return "above";
    if (bottom - top < SMALL && bottom + LABEL <= height - PLATE) return "below";
    return "inside";
  }

  clear() {
    for (const { box } of this.#boxes.values()) box.remove();
    this.#boxes.clear();
  }

  /**
   * A face is gone; its box waits for the keyboard to leave it.
   * @param {number} id
   * @param {HTMLElement} box
   */
  #leave(id, box) {
    if (box.contains(document.activeElement)) {
      if (!box.dataset.gone) box.addEventListener("focusout", () => box.dataset.gone && this.#leave(id, box), { once: true });
      box.dataset.gone = "yes";
      return;
    }
    box.remove();
    if (this.#boxes.get(id)?.box === box) this.#boxes.delete(id);
  }

  /** @param {number} id */
  #make(id) {
    const one = chip("face-chip");
    const box = make("div", "face-box", make("span", "face-number"), one.element);
    box.dataset.face = String(id);
    this.holder.append(box);
    const made = { box, chip: one };
    this.#boxes.set(id, made);
    return made;
  }
}
