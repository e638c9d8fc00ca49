// The faces that stand for emotions: drawn in the page (templates/live/_faces.html), so that they are the same on every system.
import { canonical } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * An SVG that shows a symbol of the page; decoration, what it says stands beside it in words.
 * @param {string} id
 * @param {string} [className]
 */
export const icon = (id, className = "icon") => {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${id}`);
  svg.append(use);
  return svg;
};

/**
 * The face of an emotion; null is the face of "not clear".
 * @param {string | null} emotion
 */
export const emoji = (emotion) => icon(`face-${canonical(emotion) ?? "unclear"}`, `emoji emo-${canonical(emotion) ?? "unclear"}`);

/**
 * Change what an emoji() shows.
 * @param {SVGElement} svg
 * @param {string | null} emotion
 */
export const setEmoji = (svg, emotion) => {
  const name = canonical(emotion) ?? "unclear";
  svg.setAttribute("class", `emoji emo-${name}`);
  svg.firstElementChild?.setAttribute("href", `#face-${name}`);
};

/**
 * An element with a class and children, in one line.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [className]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export const make = (tag, className = "", ...children) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
};
