// The analyses of an answer, fetched once the page is there: the whole timeline goes below the player, and the points of
// the guide are confirmed or struck in place.
import { find } from "../dom.js";
import { gettext } from "../i18n.js";
import { headers, request, wordsFor } from "../recording/http.js";

/**
 * @param {HTMLElement} root
 * @param {ReturnType<typeof import("./player.js").wirePlayer>} player
 * @param {(words: string) => void} say
 * @param {(figure: HTMLElement) => void} draw wires a timeline that is new on the page
 */
export function wireAnalyses(root, player, say, draw) {
  const box = find(root, "[data-analyses]");
  if (!box) return;
  /** @param {string} html */
  const show = (html) => {
    box.innerHTML = html;
    const whole = find(box, "[data-whole-timeline]");
    const place = find(root, "[data-own-timeline]");
    if (!whole || !place || !player) return;
    place.replaceChildren(...whole.childNodes);
    whole.remove();
    draw(find(place, "[data-timeline]"));
  };
  const load = async () => {
    try {
      const html = await (await request(box.dataset.analyses, { headers: { Accept: "text/html" } })).text();
      if (box.isConnected) show(html);
    } catch (error) {
      console.warn(error);
      if (box.isConnected) say(gettext("The analyses could not be loaded. Open the full analysis instead."));
    }
  };
  setTimeout(load, 0);
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
