// Our own consent to being read: always visible, given with a question, taken back with one key, and true here before it is true anywhere else.
import { byId } from "../dom.js";
import { gettext } from "../i18n.js";
import { postJson } from "../recording/http.js";
import { ask } from "./dialogs.js";

/** The server has to confirm within this time, else it is told again by another way. */
const CONFIRM = 600;
const AGAIN = 1500;

/** @type {Record<string, string>} */
const WORDS = {
  off: gettext("Your face and voice are not being analysed, and you do not see the analyses of others."),
  on: gettext("Your face and voice are being analysed. No picture or sound is kept."),
  face: gettext("Your face is being analysed. No picture is kept."),
  voice: gettext("Your voice is being analysed. No sound is kept."),
  on_kept: gettext("Your face and voice are being analysed. No picture or sound is kept, but one result every few seconds is."),
  face_kept: gettext("Your face is being analysed. No picture is kept, but one result every few seconds is."),
  voice_kept: gettext("Your voice is being analysed. No sound is kept, but one result every few seconds is."),
  waiting: gettext("You agreed to analysis. Camera and microphone are off, so nothing is analysed."),
  starting: gettext("You agreed to analysis. It begins in a moment."),
  asked: gettext("You agreed to analysis, only when somebody presses “Analyse”."),
  away: gettext("You agreed to analysis. The server cannot be reached, so nothing is analysed."),
  stopping: gettext("Stopped. Nothing leaves this browser any more; the server is being told."),
};

export class Consent {
  #given = false;
  /** How the sampler stands: "on", "face", "voice", "away", "waiting", "starting" or "asked". @type {string | undefined} */
  state;
  #confirmed = true;
  #applied = false;
  #round = 0;
  #strip = byId("consent-strip");
  #words = byId("consent-words");
  #button = byId("consent-button");

  /**
   * url: where consent is posted; keeps: whether results are kept after the call; send(message) by the signalling,
   * returns whether it went; onChange(given).
   * @param {{url: string, keeps: boolean, send: (message: object) => boolean, onChange: (given: boolean) => void}} options
   */
  constructor({ url, keeps, send, onChange }) {
    this.url = url;
    this.keeps = keeps;
    this.send = send;
    this.onChange = onChange;
    this.#button?.addEventListener("click", () => this.toggle());
  }

  get given() {
    return this.#given;
  }

  /** One key: stops at once, or asks. */
  async toggle() {
    if (!this.#button) return;
    if (this.#given) this.#set(false);
    else if ((await ask("consent-dialog")) === "yes") this.#set(true);
  }

  /**
   * What the server has; our own withdrawal that is still on its way to it outweighs that.
   * @param {boolean} given
   */
  heard(given) {
    if (!this.#confirmed && given !== this.#given) return;
    this.#confirmed = true;
    this.#given = given;
    this.#apply(given);
    this.show();
  }

  /** @param {boolean} given */
  #apply(given) {
    if (given === this.#applied) return;
    this.#applied = given;
    this.onChange(given);
  }

  /** @param {boolean} given */
  #set(given) {
    this.#given = given;
    this.#confirmed = false;
    if (!given) this.#apply(false); // here at once, whatever the network does
    this.show();
    this.#tell((this.#round += 1), given);
  }

  /**
   * @param {number} round
   * @param {boolean} given
   */
  async #tell(round, given) {
    const sent = this.send({ type: "consent", reading: given });
    if (sent) await new Promise((resolve) => setTimeout(resolve, CONFIRM));
    while (round === this.#round && !this.#confirmed) {
      try {
        const answer = await postJson(this.url, { reading: given }, { timeout: 5000 });
        if (round !== this.#round) return;
        this.heard(answer.reading);
        if (this.#confirmed) return;
      } catch (error) {
        if ([400, 403, 404, 410].includes(error.status)) {
          this.#confirmed = true;
          this.#given = false;
          this.#apply(false);
          this.show(error.message);
          return;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
  }

  /** The call is over here: nothing is read, and there is nothing to agree to. */
  over() {
    if (!this.#button) return;
    this.#strip.dataset.state = "off";
    this.#words.textContent = gettext("The call is over for you. Your face and voice are no longer read.");
    this.#button.hidden = true;
    this.#button = null;
  }

  /** Say how it stands. `state` is that of the sampler: "on", "face", "voice", "away", "waiting", "starting" or "asked". */
  show(words = "") {
    if (!this.#button) return; // the page says why reading is not allowed, and nothing changes that
    const state = !this.#given ? (this.#confirmed ? "off" : "stopping") : (this.state ?? "waiting");
    this.#strip.dataset.state = this.#given ? state : "off";
    const text = words || (this.keeps && WORDS[`${state}_kept`]) || WORDS[state] || WORDS.on;
    if (this.#words.textContent !== text) this.#words.textContent = text;
    this.#button.textContent = this.#given ? gettext("Stop analysis") : gettext("Allow analysis");
    this.#button.classList.toggle("btn-stop", this.#given);
  }
}
