// Copy buttons beside links. Without this module the field can still be selected and copied by hand.
import { find } from "./dom.js";
import { gettext } from "./i18n.js";

/** @param {HTMLInputElement} field */
async function copy(field) {
  field.select();
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(field.value);
  } else if (!document.execCommand("copy")) {
    throw new Error("The browser does not let pages copy.");
  }
}

// Show and arm the button of every [data-copy] under root; what happened is said in the live region.
/**
 * @param {ParentNode} root
 * @param {HTMLElement} live
 */
export function armCopyButtons(root, live) {
  for (const holder of root.querySelectorAll("[data-copy]")) {
    const field = find(holder, "input");
    const button = find(holder, "button");
    field.addEventListener("focus", () => field.select());
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await copy(field);
        button.textContent = gettext("Copied");
        live.textContent = gettext("Copied: %(what)s.", { what: field.getAttribute("aria-label") });
      } catch {
        button.textContent = gettext("Press Ctrl+C");
        live.textContent = gettext("Your browser does not let Viva copy. The link is selected: press Ctrl+C.");
      }
      setTimeout(() => (button.textContent = gettext("Copy")), 2500);
    });
  }
}
