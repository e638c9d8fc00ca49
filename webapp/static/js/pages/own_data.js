// A candidate's own data: beside each moment that a face's reading names, what the model looked at there.
import { findAll } from "../dom.js";
import { gettext } from "../i18n.js";
import { ofExpression } from "../report/saliency.js";

/** @param {string} text */
function said(text) {
  const words = document.createElement("p");
  words.className = "text-secondary mb-0";
  words.textContent = text;
  return words;
}

/**
 * Ask for the picture of one moment and put it, or why there is none, into its place.
 * @param {HTMLElement} place
 */
async function fill(place) {
  place.hidden = false;
  place.dataset.asked = "yes";
  place.replaceChildren(said(gettext("Looking at this moment…")));
  let wrong = gettext("The map could not be made: the server cannot be reached. Try again.");
  try {
    const response = await fetch(place.dataset.momentUrl ?? "", { headers: { Accept: "application/json" } });
    const body = await response.json();
    const found = body.expressions?.find((/** @type {{label: string}} */ each) => each.label === place.dataset.moment);
    if (response.ok && found) {
      const grid = document.createElement("div");
      grid.className = "moment-grid";
      grid.append(ofExpression(found));
      place.replaceChildren(grid);
      if (!body.same_model) place.append(said(gettext("The model has changed since this answer was read, so the picture may say otherwise.")));
      return;
    }
    wrong = body.error?.message ?? wrong;
  } catch (error) {
    console.warn(error);
  }
  delete place.dataset.asked; // opened once more, it is asked for once more
  place.replaceChildren(said(wrong));
}

for (const fold of findAll(document, "details[data-explained]")) {
  fold.addEventListener("toggle", async () => {
    if (!(/** @type {HTMLDetailsElement} */ (fold).open)) return;
    // One after the other: the server makes one at a time.
    for (const place of findAll(fold, "[data-moment-url]:not([data-asked])")) await fill(place);
  });
}
