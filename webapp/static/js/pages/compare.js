// The comparison: the players of one question in step, one of them heard; analyses once their fold is opened.
import { fillWhenOpened } from "../comparison/fold.js";
import { inStep } from "../comparison/step.js";

for (const section of document.querySelectorAll("[data-compare]")) {
  const controls = /** @type {HTMLElement | null} */ (section.querySelector("[data-step]"));
  const players = /** @type {HTMLMediaElement[]} */ ([...section.querySelectorAll(".player-media")]);
  if (controls) inStep(controls, players);
}

for (const fold of document.querySelectorAll("details[data-part]")) {
  fillWhenOpened(/** @type {HTMLDetailsElement} */ (fold));
}
