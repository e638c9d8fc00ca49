// Single keys of the workspace: never while somebody writes, and they can be turned off (WCAG 2.1.4).
import { byId, find, findAll } from "../dom.js";

const KEPT = "viva_review_keys";
const WRITES = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
/** What does something of its own with the space bar, and with arrows. */
const PRESSED = "button, a, summary, input, [role=tab]";
const ARROWED = "input, [role=tab], audio, video, [tabindex='0']";

const isOn = () => {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true; // a browser that stores nothing
  }
};

/**
 * Whether a key belongs to what has the focus, and not to us.
 * @param {Element} target
 * @param {string} key
 */
export const isTaken = (target, key) => {
  if (target.closest?.(WRITES)) return true;
  if (key === " ") return Boolean(target.closest?.(PRESSED));
  return key.startsWith("Arrow") && Boolean(target.closest?.(ARROWED));
};

/**
 * @param {Record<string, (key: string) => unknown>} actions by key, as KeyboardEvent names it, letters in lower case
 */
export function wireKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
    if (!isOn() || find(document, "dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = actions[key];
    if (!action || isTaken(/** @type {Element} */ (event.target), event.key)) return;
    event.preventDefault();
    action(key);
  });
  const dialog = byId("ws-keys");
  const box = find(dialog, "[data-keys-on]");
  box.checked = isOn();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, box.checked ? "on" : "off");
    } catch {
      // then they are on again on the next page
    }
  });
  for (const button of findAll(document, "[data-keys-open]")) {
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
  }
  return { open: () => dialog.showModal() };
}
