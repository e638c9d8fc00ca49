// The analyses of an answer: fetched when their tab is opened, and the points of the guide confirmed or struck in place.
import { find } from "../dom.js";
import { gettext } from "../i18n.js";
import { headers, request, wordsFor } from "../recording/http.js";
import { wireTimeline } from "./timeline.js";

/**
 * @param {HTMLElement} root
 * @param {ReturnType<typeof import("./player.js").wirePlayer>} player
 * @param {(words: string) => void} say
 * @param {AbortSignal} signal ends it, for an answer that leaves the page
 */
export function wireAnalyses(root, player, say, signal) {
  const box = find(root, "[data-analyses]");
  if (!box) return;
  let loaded = false;
  /** @param {string} html */
  const show = (html) => {
    box.innerHTML = html;
    const figure = find(box, "[data-timeline]");
    if (figure && player) wireTimeline(figure, player);
  };
  const load = async (/** @type {any} */ event) => {
    if (event.detail !== "tab-analyses" || loaded || !box.isConnected) return;
    loaded = true;
    try {
      show(await (await request(box.dataset.analyses, { headers: { Accept: "text/html" } })).text());
    } catch (error) {
      loaded = false;
      console.warn(error);
      say(gettext("The analyses could not be loaded. Open the full analysis instead."));
    }
  };
  root.addEventListener("tab", load, { signal });
  box.addEventListener("click", (/** @type {any} */ event) => {
    const seek = event.target.closest("[data-seek]");
    if (!seek || !player) return;
    player.seek(Number(seek.dataset.seek));
    player.media.play().catch(() => {});
  });
  box.addEventListener("submit", async (/** @type {any} */ event) => {
    const form = event.target.closest("[data-point-form]");
    if (!form) return;
    event.preventDefault();
    const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
    body.set(event.submitter.name, event.submitter.value);
    try {
      show(await (await request(form.action, { method: "POST", body, headers: headers() })).text());
      say(gettext("Saved"));
    } catch (error) {
      say(wordsFor(error, gettext("There is no connection to the server. Try again.")));
    }
  });
}
