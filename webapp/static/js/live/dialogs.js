// Questions that stop everything else: the browser's own dialogs, which keep the focus and close with Escape.
import { byId } from "../dom.js";
import { gettext } from "../i18n.js";

/**
 * Show a dialog; resolves with the value of the button that closed it, "" after Escape.
 * @param {string} id
 */
export function ask(id) {
  const dialog = byId(id);
  if (!dialog || dialog.open) return Promise.resolve("");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}

/** Where somebody may go for whom the call is over; everybody else back to the lobby. */
const WAYS = /** @type {Record<string, [string, string]>} */ ({ closed: ["after", gettext("See what the call left")], removed: ["start", gettext("Go to the start page")] });

/**
 * Show a dialog that cannot be left but by its link, which leads where `reason` lets one go.
 * @param {string} id
 * @param {string} words
 * @param {string} reason
 */
export function insist(id, words, reason) {
  const dialog = byId(id);
  const [where, label] = WAYS[reason] ?? [];
  const link = dialog.querySelector("a");
  if (where) Object.assign(link, { href: link.dataset[where], textContent: label });
  dialog.querySelector("p").textContent = words;
  dialog.addEventListener("cancel", (/** @type {Event} */ event) => event.preventDefault());
  if (!dialog.open) dialog.showModal();
}

/** @param {string} id */
export const closeDialog = (id) => byId(id)?.close();
