// "Analyse": one moment of everybody who agreed, all their faces, looked at with full care; shown side by side.
import { byId } from "../dom.js";
import { gettext, percent } from "../i18n.js";
import { bars } from "./bars.js";
import { emoji, make } from "./faces.js";
import { dominant } from "./readings.js";
import { clockTime, emotionLabel, stateWords } from "./words.js";

/** What has not come by then is late; it is shown when it comes. */
const PATIENCE = 4000;
/** So many probabilities are shown without a click. */
const LIKELY = 3;

export class Moment {
  #card = byId("moment");
  #words = byId("moment-words");
  #people = byId("moment-people");
  /** @type {string | null} */
  #id = null;
  #waited = new Set();
  #late = false;
  /** @type {Peer | undefined} */
  #me;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    byId("moment-close")?.addEventListener("click", () => {
      this.#card.hidden = true;
      byId("control-analyse").focus();
    });
  }

  /**
   * A moment begins: `by` is the name of who asked, `people` everybody in the room.
   * @param {string} id
   * @param {string} by
   * @param {Peer[]} people
   * @param {string} me
   */
  begin(id, by, people, me) {
    this.#id = id;
    this.#late = false;
    this.#me = people.find((person) => person.id === me);
    const read = people.filter((person) => !this.#whyNot(person));
    this.#waited = new Set(read.map((person) => person.id));
    this.#card.hidden = false;
    this.#card.setAttribute("aria-busy", "true");
    byId("moment-title").textContent = gettext("%(time)s, asked by %(name)s", { time: clockTime(), name: by });
    this.#people.replaceChildren(...people.map((person) => this.#place(person, this.#whyNot(person) || gettext("Looking …"))));
    clearTimeout(this.#timer);
    if (read.length) {
      this.#say(gettext("Looking …"));
      this.#timer = setTimeout(() => this.#end(), PATIENCE);
    } else {
      this.#end();
      this.#say(gettext("There is nothing to show of anybody."));
    }
  }

  /**
   * Somebody came after the moment that is shown.
   * @param {Peer} person
   */
  met(person) {
    if (!this.#id || this.#placeOf(person.id)) return;
    this.#people.append(this.#place(person, gettext("Was not here yet.")));
  }

  /**
   * @param {Peer} options
   * @param {string} words
   */
  #place({ id, name }, words) {
    const place = make("section", "moment-person", make("h3", "", name), make("p", "text-secondary mb-0", words));
    place.dataset.person = id;
    return place;
  }

  /**
   * Why there is nothing of somebody, as it was at that moment; "" where there is.
   * @param {Peer} options
   */
  #whyNot({ id, reading, shown, camera, microphone }) {
    if (!reading) return gettext("Had not agreed to analysis at that moment.");
    if (!camera && !microphone) return gettext("Camera and microphone were off.");
    if (id === this.#me?.id) return "";
    if (shown === false) return gettext("The candidate's analysis is not shown to interviewers during the call.");
    return this.#me?.reading ? "" : gettext("You had not agreed to analysis, so you do not see the analyses of others.");
  }

  /** @param {string} id */
  #placeOf(id) {
    return this.#people.querySelector(`[data-person="${CSS.escape(id)}"]`);
  }

  /**
   * A reading with the moment's mark; others are not for us.
   * @param {string} id
   * @param {Reading} reading
   */
  add(id, reading) {
    if (!this.#id || reading.moment !== this.#id || !this.#waited.has(id)) return;
    this.#waited.delete(id);
    const place = this.#placeOf(id);
    if (!place) return;
    const faces = reading.faces ?? [];
    const parts = faces.map((face) => this.#found(faces.length > 1 ? gettext("Face %(number)s", { number: face.id + 1 }) : gettext("Face"), face));
    if (reading.voice) parts.push(this.#found(gettext("Voice"), reading.voice));
    if (reading.fused && reading.voice) parts.push(this.#found(gettext("Together"), dominant(reading) ?? reading.fused));
    if (!parts.length) parts.push(make("p", "text-secondary mb-0", stateWords(reading.state) || gettext("No face was found.")));
    place.replaceChildren(place.firstChild, make("div", "moment-parts", ...parts));
    if (this.#late) this.#say("");
    else if (!this.#waited.size) this.#end();
  }

  /**
   * @param {string} title
   * @param {Judgement} options
   */
  #found(title, { emotion, confidence, probabilities }) {
    const likely = Object.entries(probabilities).sort(([, one], [, other]) => other - one);
    const chart = bars("", { sorted: true });
    chart.update(Object.fromEntries(likely.slice(0, LIKELY)));
    const rest = bars("", { sorted: true });
    rest.update(Object.fromEntries(likely.slice(LIKELY)));
    const fold = make("details", "moment-rest", make("summary", "", gettext("All of them")), rest.element);
    const words = emotion == null ? gettext("Not clear enough to tell") : `${emotionLabel(emotion)}, ${percent(confidence)}`;
    return make("div", "moment-found", make("p", "moment-word", emoji(emotion), make("span", "", make("span", "text-secondary", `${title}: `), make("strong", "", words))), chart.element, fold);
  }

  /** @param {string} words */
  #say(words) {
    this.#words.textContent = words;
  }

  #end() {
    clearTimeout(this.#timer);
    this.#card.removeAttribute("aria-busy");
    for (const id of this.#waited) {
      this.#placeOf(id)?.querySelector("p")?.replaceChildren(gettext("No answer yet: it shows here if it still comes."));
    }
    const found = this.#people.querySelectorAll(".moment-found").length;
    this.#say(found ? "" : gettext("Nothing could be analysed at this moment."));
    this.#late = true;
  }
}
