// "Analyse": one moment of everybody who agreed, all their faces, looked at with full care; shown side by side.
import { bars } from "./bars.js";
import { emoji, make } from "./faces.js";
import { dominant } from "./readings.js";
import { clockTime, emotionLabel, percent, stateWords } from "./words.js";

/** What has not come by then is not coming. */
const PATIENCE = 4000;
/** So many probabilities are shown without a click. */
const LIKELY = 3;

export class Moment {
  #card = document.getElementById("moment");
  #words = document.getElementById("moment-words");
  #people = document.getElementById("moment-people");
  #id = null;
  #waited = new Set();
  #timer = null;

  constructor() {
    document.getElementById("moment-close")?.addEventListener("click", () => {
      this.#card.hidden = true;
      document.getElementById("control-analyse").focus();
    });
  }

  /** A moment begins: `by` is the name of who asked, `people` everybody in the room. */
  begin(id, by, people) {
    this.#id = id;
    const read = people.filter(({ reading, camera, microphone }) => reading && (camera || microphone));
    this.#waited = new Set(read.map((person) => person.id));
    this.#card.hidden = false;
    this.#card.setAttribute("aria-busy", "true");
    document.getElementById("moment-title").textContent = `${clockTime()}, asked by ${by}`;
    this.#people.replaceChildren(...people.map((person) => this.#place(person)));
    this.#say(read.length ? "Looking …" : "Nobody whose camera or microphone is on has agreed to be read.");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), PATIENCE);
    if (!read.length) this.#end();
  }

  #place({ id, name, reading, camera, microphone }) {
    const words = !reading ? "Did not agree to be read." : !camera && !microphone ? "Camera and microphone are off." : "Looking …";
    const place = make("section", "moment-person", make("h3", "", name), make("p", "text-secondary mb-0", words));
    place.dataset.person = id;
    return place;
  }

  /** A reading with the moment's mark; others are not for us. */
  add(id, reading) {
    if (!this.#id || reading.moment !== this.#id || !this.#waited.has(id)) return;
    this.#waited.delete(id);
    const place = this.#people.querySelector(`[data-person="${CSS.escape(id)}"]`);
    if (!place) return;
    const faces = reading.faces ?? [];
    const parts = faces.map((face) => this.#found(faces.length > 1 ? `Face ${face.id + 1}` : "Face", face));
    if (reading.voice) parts.push(this.#found("Voice", reading.voice));
    if (reading.fused && reading.voice) parts.push(this.#found("Together", dominant(reading)));
    if (!parts.length) parts.push(make("p", "text-secondary mb-0", stateWords(reading.state) || "No face was found."));
    place.replaceChildren(place.firstChild, make("div", "moment-parts", ...parts));
    if (!this.#waited.size) this.#end();
  }

  #found(title, { emotion, confidence, probabilities }) {
    const likely = Object.entries(probabilities).sort(([, one], [, other]) => other - one);
    const chart = bars();
    chart.update(Object.fromEntries(likely.slice(0, LIKELY)));
    const rest = bars();
    rest.update(Object.fromEntries(likely.slice(LIKELY)));
    const fold = make("details", "moment-rest", make("summary", "", "All of them"), rest.element);
    const words = emotion == null ? "Not clear enough to tell" : `${emotionLabel(emotion)}, ${percent(confidence)}`;
    return make("div", "moment-found", make("p", "moment-word", emoji(emotion), make("span", "", make("span", "text-secondary", `${title}: `), make("strong", "", words))), chart.element, fold);
  }

  #say(words) {
    this.#words.textContent = words;
  }

  #end() {
    clearTimeout(this.#timer);
    this.#card.removeAttribute("aria-busy");
    for (const id of this.#waited) {
      this.#people.querySelector(`[data-person="${CSS.escape(id)}"] p`)?.replaceChildren("No answer in time.");
    }
    const found = this.#people.querySelectorAll(".moment-found").length;
    if (this.#people.querySelector(".moment-found") || this.#waited.size) this.#say(found ? "" : "Nothing could be read at this moment.");
    this.#waited.clear();
  }
}
