// Why a voice was read as it was: asked of the server for one stretch, drawn as a spectrogram with pieces outlined.
import { gettext } from "../i18n.js";
import { themed } from "./theme.js";

const loadPlotly = () => import("plotly.js-strict-dist-min").then((module) => module.default ?? module);

/** @param {any} report */
export const wireExplanations = (report) => {
  report.addEventListener("submit", async (/** @type {any} */ event) => {
    const form = event.target.closest("[data-explain-form]");
    if (!form) return;
    event.preventDefault();
    const panel = form.closest("[data-explain]");
    const result = panel.querySelector("[data-explain-result]");
    const place = panel.querySelector("[data-explain-plot]");
    const button = form.querySelector("button");
    if (!form.elements.time.value) return;
    button.disabled = true;
    say(result, [gettext("Listening again…")]);
    try {
      const query = new URLSearchParams(/** @type {any} */ (new FormData(form)));
      const response = await fetch(`${panel.dataset.explainUrl}?${query}`, { headers: { Accept: "application/json" } });
      if (response.status === 503 || response.status === 429) {
        say(result, [gettext("The server is busy with other explanations. Try again in a minute.")]);
        return;
      }
      const found = await response.json();
      if (!response.ok) throw new Error(found.error?.message ?? String(response.status));
      say(result, found.summary);
      place.hidden = false;
      const Plotly = await loadPlotly();
      await Plotly.react(place, found.figure.data, themed(place, found.figure.layout), { displayModeBar: false, responsive: true });
    } catch (error) {
      console.warn(error);
      place.hidden = true;
      say(result, [gettext("This could not be explained just now. Try another moment, or again later.")]);
    } finally {
      button.disabled = false;
    }
  });
};

/**
 * @param {HTMLElement} result
 * @param {string[]} sentences
 */
const say = (result, sentences) => {
  result.replaceChildren(
    ...sentences.map((sentence) => {
      const line = document.createElement("p");
      line.textContent = sentence;
      line.className = "mb-1";
      return line;
    }),
  );
};
