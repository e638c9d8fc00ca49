// The buttons under the call.
import { byId } from "../dom.js";

const NAMES = ["microphone", "camera", "screen", "hand", "record", "analyse", "continuous"];

export class Controls {
  #buttons = new Map(NAMES.map((name) => [name, byId(`control-${name}`)]));

  /**
   * `actions`: what each button does when it is pressed.
   * @param {Record<string, () => unknown>} actions
   */
  constructor(actions) {
    for (const [name, button] of this.#buttons) {
      button?.addEventListener("click", async () => {
        if (button.getAttribute("aria-disabled") === "true") return;
        button.setAttribute("aria-disabled", "true"); // one press at a time; the focus stays where it is
        try {
          await actions[name]();
        } finally {
          button.removeAttribute("aria-disabled");
        }
      });
    }
  }

  /**
   * @param {string} name
   * @param {boolean} on
   */
  press(name, on) {
    this.#buttons.get(name)?.setAttribute("aria-pressed", String(Boolean(on)));
  }

  /** @param {string} name */
  hide(name) {
    const button = this.#buttons.get(name);
    if (button) button.hidden = true;
  }

  /**
   * Why a button does nothing, where it does nothing.
   * @param {string} name
   */
  click(name) {
    this.#buttons.get(name)?.click();
  }
}
