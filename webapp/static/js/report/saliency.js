// One moment of a face: what the model looked at, asked of the server when somebody wants to know.
import { decimal, gettext, ngettext, percent } from "../i18n.js";
import { playerOf } from "./players.js";

/** Below this probability an expression is folded away with the other unlikely ones. */
const LIKELY = 0.1;

/** @param {number} seconds */
const clock = (seconds) => {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${decimal(seconds - 60 * minutes, 1).padStart(4, "0")}`;
};

/**
 * Bring the panels under `report` to life; `refresh()` looks for panels that have been added since.
 * @param {any} report
 */
export const wireSaliency = (report) => {
  const refresh = () => {
    for (const panel of report.querySelectorAll("[data-moment][hidden]")) {
      panel.hidden = false;
      follow(panel);
    }
  };

  report.addEventListener("input", (/** @type {any} */ event) => {
    const slider = event.target.closest("[data-moment-time]");
    if (slider) say(slider.closest("[data-moment]"));
  });
  report.addEventListener("click", (/** @type {any} */ event) => {
    const button = event.target.closest("[data-moment-show], [data-moment-player], [data-moment-at]");
    if (!button) return;
    const panel = button.closest("[data-moment]");
    const player = playerOf(panel);
    if (button.matches("[data-moment-player]") && player) choose(panel, player.currentTime);
    if (button.matches("[data-moment-at]")) choose(panel, Number(button.dataset.momentAt));
    if (player && !button.matches("[data-moment-player]")) {
      player.pause();
      player.currentTime = timeOf(panel);
    }
    show(panel);
  });
  refresh();
  return { refresh };
};

/** @param {any} panel */
const timeOf = (panel) => Number(panel.querySelector("[data-moment-time]").value);

/**
 * @param {any} panel
 * @param {number} seconds
 */
const choose = (panel, seconds) => {
  panel.querySelector("[data-moment-time]").value = String(seconds);
  say(panel);
};

/** @param {any} panel */
const say = (panel) => {
  const words = clock(timeOf(panel));
  panel.querySelector("[data-moment-clock]").textContent = words;
  panel.querySelector("[data-moment-time]").setAttribute("aria-valuetext", words);
};

/**
 * The slider goes along when somebody moves the player, by itself or by a click on a chart, while it is not playing on.
 * @param {any} panel
 */
const follow = (panel) => {
  say(panel);
  playerOf(panel)?.addEventListener("seeked", (/** @type {any} */ { target }) => panel.isConnected && choose(panel, target.currentTime));
};

/** @param {any} panel */
const show = async (panel) => {
  const words = panel.querySelector("[data-moment-words]");
  const asked = (panel.asked = (panel.asked ?? 0) + 1);
  panel.setAttribute("aria-busy", "true");
  words.textContent = gettext("Looking at this moment…");
  let found = null;
  let wrong = gettext("The map could not be made: the server cannot be reached. Try again.");
  try {
    const url = `${panel.dataset.momentUrl}?time=${encodeURIComponent(timeOf(panel))}`;
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    const body = await response.json();
    if (response.ok) found = body;
    else wrong = body.error?.message ?? wrong;
  } catch (error) {
    console.warn(error);
  }
  if (panel.asked !== asked) return; // another moment has been asked for meanwhile
  panel.removeAttribute("aria-busy");
  panel.querySelector("[data-moment-maps]").replaceChildren(...(found ? pictures(found) : []));
  words.textContent = found ? sentence(found) : wrong;
};

/** @param {{time: number, faces: number, expressions: any[], same_model: boolean}} options */
const sentence = ({ time, faces, expressions, same_model: same }) => {
  const [first] = expressions;
  const share = percent(first.probability);
  const values = { time: clock(time), expression: first.name.toLowerCase(), share };
  const words = [
    first.probability >= 0.5
      ? gettext("At %(time)s the face comes closest to %(expression)s (%(share)s).", values)
      : gettext("At %(time)s there is not enough to tell; closest is %(expression)s (%(share)s).", values),
  ];
  if (first.words) words.push(gettext("What speaks for it most is in: %(places)s.", { places: first.words }));
  if (faces > 1) {
    words.push(
      ngettext(
        "%(num)s face was in the picture; this is the one whose size is that of the person read.",
        "%(num)s faces were in the picture; this is the one whose size is that of the person read.",
        faces,
      ),
    );
  }
  if (!same) words.push(gettext("The model has changed since this answer was read, so the chart above may say otherwise."));
  return words.join(" ");
};

/** @param {{plain: string, expressions: any[]}} options */
const pictures = ({ plain, expressions }) => {
  const likely = expressions.filter(({ probability }, index) => index === 0 || probability >= LIKELY);
  const rest = expressions.filter((one) => !likely.includes(one));
  /** @type {HTMLElement[]} */
  const parts = [grid([figure(plain, gettext("The face as the model sees it, without a map."), gettext("The face as the model sees it")), ...likely.map(ofExpression)])];
  if (rest.length) {
    const fold = document.createElement("details");
    fold.className = "fold";
    const summary = document.createElement("summary");
    summary.textContent = gettext("Expressions that are unlikely here");
    fold.append(summary, grid(rest.map(ofExpression)));
    parts.push(fold);
  }
  const note = document.createElement("p");
  note.className = "text-secondary mb-0";
  note.textContent =
    gettext("The warmer a place, the more it speaks for the expression; a line runs around the warmest part. The model sees the face in 48 by 48 points, so a map is coarse.");
  return [...parts, note];
};

/** @param {HTMLElement[]} items */
const grid = (items) => {
  const list = document.createElement("div");
  list.className = "moment-grid";
  list.append(...items);
  return list;
};

/** @param {{name: string, probability: number, words: string, alt: string, picture: string}} options */
export const ofExpression = ({ name, probability, words, alt, picture }) =>
  figure(picture, alt, `${name}, ${Math.round(100 * probability)} %${words ? `: ${words}` : ""}`);

/**
 * @param {string} picture
 * @param {string} alt
 * @param {string} caption
 */
const figure = (picture, alt, caption) => {
  const node = document.createElement("figure");
  const image = new Image(192, 192);
  image.src = picture;
  image.alt = alt;
  const words = document.createElement("figcaption");
  words.textContent = caption;
  node.append(image, words);
  return node;
};
