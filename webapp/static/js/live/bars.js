// Probabilities as bars, for those who want to know more than the one word.
import { percent } from "../i18n.js";
import { emoji, make, setEmoji } from "./faces.js";
import { EMOTIONS, canonical, emotionLabel } from "./words.js";

const EDGE = 8;
/** @param {string} name */
const order = (name) => EMOTIONS.indexOf(canonical(name) ?? "");

/**
 * A list of bars; `update(probabilities)` redraws it, in the order of the legend, or as given where `sorted`.
 * @param {string} [className]
 * @param {{sorted?: boolean}} [options]
 */
export function bars(className = "", { sorted = false } = {}) {
  const list = make("ul", `bars ${className}`);
  const rows = new Map();
  /** @param {Record<string, number>} [probabilities] */
  const update = (probabilities = {}) => {
    const names = Object.keys(probabilities);
    if (!sorted) names.sort((one, other) => order(one) - order(other));
    if (names.join() !== [...rows.keys()].join()) {
      rows.clear();
      list.replaceChildren(
        ...names.map((name) => {
          const fill = make("span", `bar-fill emo-${canonical(name)}`);
          const number = make("span", "bar-number");
          rows.set(name, { fill, number });
          const row = make("li", "", emoji(name), make("span", "bar-name", emotionLabel(name)), make("span", "bar-track", fill), number);
          row.dataset.emotion = canonical(name) ?? "unclear";
          return row;
        }),
      );
    }
    for (const [name, { fill, number }] of rows) {
      fill.style.width = `${100 * probabilities[name]}%`;
      number.textContent = percent(probabilities[name]);
    }
  };
  return { element: list, update };
}

/**
 * Move what pops up so that all of it is in the window.
 * @param {any} element
 */
function keepInside(element) {
  element.style.translate = "";
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const x = Math.max(EDGE - left, Math.min(0, document.documentElement.clientWidth - EDGE - right));
  const y = Math.max(EDGE - top, Math.min(0, window.innerHeight - EDGE - bottom));
  if (x || y) element.style.translate = `${x}px ${y}px`;
}

let count = 0;

/**
 * Escape hides what a chip shows, wherever the focus is: what is only pointed at has none.
 * @param {KeyboardEvent} event
 */
export function hush(event) {
  if (event.key !== "Escape") return;
  const chips = ".chip-holder:is(:hover, :focus-within):not([data-quiet])";
  const shown = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(chips)]);
  for (const element of shown) element.dataset.quiet = "yes";
  if (shown.length) event.stopPropagation(); // and nothing else is closed by the same key
}

/**
 * A button that shows what it knows while it is pointed at or has the focus, and stays quiet after Escape until then
 * (WCAG 1.4.13). `update({emotion, confidence, probabilities, kind, title, words})`; title says whose it is, kind what it was read from
 * where that has to be said.
 * @param {string} className
 */
export function chip(className) {
  const details = bars();
  const title = make("strong", "more-title");
  const words = make("span", "more-words");
  const more = make("div", "more", title, words, details.element);
  more.id = `more-${(count += 1)}`;
  const face = emoji(null);
  const kind = make("span", "chip-kind");
  const label = make("span", "chip-label");
  const share = make("span", "chip-share");
  const button = make("button", "chip", face, kind, " ", label, " ", share);
  button.type = "button";
  button.setAttribute("aria-describedby", more.id);
  const element = make("div", `chip-holder ${className}`, button, more);
  document.addEventListener("keydown", hush, true); // one and the same listener for all
  element.addEventListener("focusout", () => delete element.dataset.quiet);
  element.addEventListener("pointerleave", () => {
    // What is hidden under the pointer is left by it: with the focus here, that is no reason to show it again.
    if (!element.matches(":focus-within")) delete element.dataset.quiet;
  });
  button.addEventListener("click", () => delete element.dataset.quiet);
  for (const name of ["pointerenter", "focusin"]) element.addEventListener(name, () => requestAnimationFrame(() => keepInside(more)));
  /** @param {any} reading */
  const update = (reading) => {
    const name = canonical(reading.emotion);
    if (element.dataset.emotion !== (name ?? "unclear")) {
      element.dataset.emotion = name ?? "unclear";
      setEmoji(face, name);
      label.textContent = emotionLabel(name);
    }
    share.textContent = name == null ? "" : percent(reading.confidence);
    kind.textContent = reading.kind ?? "";
    title.textContent = reading.title ?? "";
    words.textContent = reading.words ?? "";
    details.update(reading.probabilities);
    const says = [kind, label, share].map((part) => part.textContent).filter(Boolean).join(" "); // all that is seen
    button.setAttribute("aria-label", `${reading.title}: ${says}`);
  };
  return { element, button, update };
}
