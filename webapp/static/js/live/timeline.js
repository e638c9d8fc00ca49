// The last two minutes of everybody who is read: bands of emotion, and a line from unpleasant to pleasant.
import { gettext, percent } from "../i18n.js";
import { emoji, make } from "./faces.js";
import { clockTime, emotionLabel } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const SPAN = 120_000;
const GAP = 4000;
const HEIGHT = 46;
const BAND = 12;
const MOST_CHANGES = 40;

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
const shape = (name, attributes) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
};

export class Timeline {
  /** @type {Map<string, {name: HTMLElement, svg: Element, row: HTMLElement, bands: {emotion: string | null, from: number, to: number}[], line: {at: number, valence: number}[]}>} */
  /** @type {Map<string, {name: HTMLElement, svg: Element, row: HTMLElement, bands: {emotion: string | null, from: number, to: number}[], line: {at: number, valence: number}[]}>} */
  #lanes = new Map(); // id → {name, bands: [{emotion, from, to}], line: [{at, valence}], svg}

  /** @param {{element: HTMLElement, changes: HTMLElement}} options */
  constructor({ element, changes }) {
    this.element = element;
    this.changes = changes;
    this.timer = setInterval(() => this.#draw(), 500);
  }

  /**
   * Add what was read: main = dominant(reading) or null where nothing is known.
   * @param {string} id
   * @param {string} name
   * @param {Judgement | null} main
   */
  add(id, name, main) {
    const now = performance.now();
    const lane = this.#lanes.get(id) ?? this.#make(id);
    lane.name.textContent = name;
    if (!main) return;
    const last = lane.bands.at(-1);
    if (last && last.emotion === main.emotion && now - last.to < GAP) last.to = now;
    else {
      if (last && now - last.to < GAP) last.to = now;
      lane.bands.push({ emotion: main.emotion, from: now, to: now });
    }
    if (main.valence != null) lane.line.push({ at: now, valence: main.valence });
  }

  /**
   * A change that held on: into the list, newest first.
   * @param {string} name
   * @param {string} emotion
   * @param {number} confidence
   */
  tell(name, emotion, confidence) {
    if (!this.changes.querySelector(".emoji")) this.changes.replaceChildren();
    const entry = make("li", "change", make("time", "", clockTime()), emoji(emotion), make("span", "", `${name}: ${emotionLabel(emotion).toLowerCase()}, ${percent(confidence)}`));
    this.changes.prepend(entry);
    while (this.changes.children.length > MOST_CHANGES) this.changes.lastChild?.remove();
  }

  /** @param {string} id */
  remove(id) {
    this.#lanes.get(id)?.row.remove();
    this.#lanes.delete(id);
  }

  /** @param {string} id */
  #make(id) {
    const name = make("span", "lane-name");
    const svg = shape("svg", { class: "lane-chart", viewBox: `0 0 1000 ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
    const row = make("div", "lane", name, svg);
    this.element.append(row);
    const lane = { name, svg, row, bands: /** @type {any[]} */ ([]), line: /** @type {any[]} */ ([]) };
    this.#lanes.set(id, lane);
    return lane;
  }

  #draw() {
    if (document.hidden) return;
    const now = performance.now();
    const start = now - SPAN;
    /** @param {number} at */
    const x = (at) => Math.max(0, (1000 * (at - start)) / SPAN);
    for (const lane of this.#lanes.values()) {
      while (lane.bands.length && lane.bands[0].to < start) lane.bands.shift();
      while (lane.line.length && lane.line[0].at < start) lane.line.shift();
      const parts = [shape("line", { class: "lane-middle", x1: 0, x2: 1000, y1: (HEIGHT - BAND - 4) / 2, y2: (HEIGHT - BAND - 4) / 2 })];
      for (const { emotion, from, to } of lane.bands) {
        const width = Math.max(2, x(to) - x(from));
        parts.push(shape("rect", { class: `band emo-${emotion ?? "unclear"}`, x: x(from).toFixed(1), y: HEIGHT - BAND, width: width.toFixed(1), height: BAND, rx: 2 }));
      }
      for (const points of this.#runs(lane.line)) {
        const at = points.map(({ at: moment, valence }) => `${x(moment).toFixed(1)},${(((1 - valence) / 2) * (HEIGHT - BAND - 8) + 2).toFixed(1)}`);
        parts.push(shape("polyline", { class: "lane-line", points: at.join(" ") }));
      }
      lane.svg.replaceChildren(...parts);
      const last = lane.bands.at(-1);
      const words = last && now - last.to < GAP ? gettext("now %(emotion)s", { emotion: emotionLabel(last.emotion).toLowerCase() }) : gettext("no analysis now");
      lane.svg.setAttribute("aria-label", gettext("%(name)s: %(state)s; the changes are in the list below", { name: lane.name.textContent, state: words }));
    }
  }

  /**
   * The line without the stretches in which nothing was read.
   * @param {{at: number, valence: number}[]} line
   */
  *#runs(line) {
    /** @type {{at: number, valence: number}[]} */
    let run = [];
    for (const point of line) {
      if (run.length && point.at - run[run.length - 1].at > GAP) {
        yield run;
        run = [];
      }
      run.push(point);
    }
    if (run.length > 1) yield run;
  }
}
