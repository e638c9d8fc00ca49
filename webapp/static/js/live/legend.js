// All emotions there are; those that somebody shows now are lit, with how many show them.
import { gettext, ngettext } from "../i18n.js";
import { emoji, make } from "./faces.js";
import { EMOTIONS, emotionLabel } from "./words.js";

export class Legend {
  #entries = new Map();

  /** @param {HTMLElement} list */
  constructor(list) {
    for (const name of EMOTIONS) {
      const count = make("span", "legend-count");
      const spoken = make("span", "visually-hidden", gettext("not now"));
      const entry = make("li", "legend-entry", emoji(name), make("span", "legend-name", emotionLabel(name)), count, spoken);
      entry.dataset.emotion = name;
      this.#entries.set(name, { entry, count, spoken });
      list.append(entry);
    }
  }

  /**
   * counts: Map of emotion to the number of faces that show it.
   * @param {Map<string, number>} counts
   */
  show(counts) {
    for (const [name, { entry, count, spoken }] of this.#entries) {
      const number = counts.get(name) ?? 0;
      const lit = number > 0 ? "yes" : "no";
      if (entry.dataset.lit === lit && count.textContent === (number > 1 ? `×${number}` : "")) continue;
      entry.dataset.lit = lit;
      count.textContent = number > 1 ? `×${number}` : "";
      spoken.textContent = number ? ngettext("%(num)s now", "%(num)s now", number) : gettext("not now");
    }
  }
}
