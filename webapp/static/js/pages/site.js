// Runs on every page: moments in the reader's zone, no double submission, and the first fault of a form.
import { addLocalTimes, keepZone } from "../localtime.js";

keepZone();
addLocalTimes(document, document.documentElement.lang);

// A second click on a form that is already on its way sends nothing.
document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (!event.defaultPrevented && form.method === "post") {
    form.dataset.sent = "yes";
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// A form that came back with faults begins at the first of them.
/** @type {HTMLElement | null} */ (document.querySelector('[aria-invalid="true"]'))?.focus();
