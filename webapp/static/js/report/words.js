// Marks the words that moved one trait in the text that they were read in. The table beside says the same in words.
import { findAll } from "../dom.js";
import { decimal, gettext, ngettext } from "../i18n.js";
const originals = new WeakMap(); // a text's element → its text

/**
 * Let every "Mark them in the text" under `report` work, those that are exchanged later too.
 * @param {any} report
 */
export const wireWords = (report) => {
  const show = () => {
    for (const button of report.querySelectorAll("button[data-mark][hidden]")) {
      button.hidden = textsOf(button).length === 0;
    }
  };
  show();
  new MutationObserver(show).observe(report, { childList: true, subtree: true });
  report.addEventListener("click", (/** @type {any} */ { target }) => {
    const button = target.closest("button[data-mark]");
    if (button) toggle(button);
  });
};

const WRITTEN = "[data-words]"; // what was written, as it stands
const SPOKEN = ".transcript .word"; // what was said, each word an element with its moment
/** @param {HTMLButtonElement} button */
const panelOf = (button) => /** @type {any} */ (button).closest("article") ?? button.closest("[data-answer]");
/** @param {HTMLButtonElement} button */
const textsOf = (button) => {
  const panel = panelOf(button);
  const written = panel ? findAll(panel, WRITTEN) : [];
  // Words that were written are read rather than those that were said beside them.
  return written.length || !panel ? written : findAll(panel, SPOKEN);
};

/** @param {HTMLButtonElement} button */
const toggle = (button) => {
  const on = button.getAttribute("aria-pressed") !== "true";
  for (const other of panelOf(button).querySelectorAll("button[data-mark]")) other.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", String(on));
  const moved = on ? JSON.parse(button.dataset.moved ?? "[]") : [];
  let marked = 0;
  for (const text of textsOf(button)) marked += (text.matches(SPOKEN) ? markSpoken : mark)(text, moved);
  const status = panelOf(button).querySelector("[data-marked]");
  if (status) status.textContent = on ? ngettext("%(num)s place marked in the text for %(label)s.", "%(num)s places marked in the text for %(label)s.", marked, { label: button.dataset.mark }) : gettext("Nothing is marked.");
};

/**
 * Write `element`'s text anew with `moved` ([word, change, times], …) marked; the number of marks.
 * @param {Element} element
 * @param {MovedWord[]} moved
 */
const mark = (element, moved) => {
  if (!originals.has(element)) originals.set(element, element.textContent);
  const text = originals.get(element);
  const changes = new Map(moved.map(([word, change]) => [word, change]));
  const parts = [];
  let count = 0;
  // What joins letters and apostrophes is one word, as for the model, which takes "don't" apart for itself.
  for (const piece of text.split(/([\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*)/u)) {
    const change = changes.get(piece.toLowerCase());
    if (change === undefined) {
      parts.push(piece);
      continue;
    }
    const found = document.createElement("mark");
    found.className = change > 0 ? "moved moved-up" : "moved moved-down";
    const points = decimal(Math.abs(100 * change), 1);
    found.title = change > 0 ? gettext("up by %(points)s points", { points }) : gettext("down by %(points)s points", { points });
    found.textContent = piece;
    parts.push(found);
    count += 1;
  }
  element.replaceChildren(...parts);
  return count;
};

/**
 * Mark a spoken word where it is one of `moved`; 1 or 0. The element keeps what it holds and where it leads.
 * @param {Element} element
 * @param {MovedWord[]} moved
 */
const markSpoken = (element, moved) => {
  const word = (element.firstChild?.textContent ?? "").toLowerCase().replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  const change = moved.find(([name]) => name === word)?.[1];
  element.classList.toggle("moved", change !== undefined);
  element.classList.toggle("moved-up", (change ?? 0) > 0);
  element.classList.toggle("moved-down", (change ?? 0) < 0);
  return change === undefined ? 0 : 1;
};
