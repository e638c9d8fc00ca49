// Runs on every page: moments in the reader's zone, no double submission, and the first fault of a form.
import { keepOfflinePage } from "../installing.js";
import { addLocalTimes, keepZone } from "../localtime.js";

keepZone();
keepOfflinePage();
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

// A menu closes by Escape (the button has the focus then), by a click elsewhere, and when the focus leaves it.
for (const menu of document.querySelectorAll("details.menu, details.language-menu")) {
  const open = /** @type {HTMLDetailsElement} */ (menu);
  document.addEventListener("click", (event) => {
    if (!open.contains(/** @type {Node} */ (event.target))) open.open = false;
  });
  open.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open.open) return;
    open.open = false;
    open.querySelector("summary")?.focus();
  });
  open.addEventListener("focusout", (event) => {
    const next = /** @type {Node | null} */ (event.relatedTarget);
    if (next && !open.contains(next)) open.open = false;
  });
}

// Captions of clips are on unless somebody chose otherwise for this browser (display.js); the player's own button still has them.
if (document.documentElement.dataset.display?.split(" ").includes("uncaptioned")) {
  for (const clip of document.querySelectorAll(".clip")) {
    clip.querySelector("track")?.removeAttribute("default");
    const hide = () => {
      for (const track of /** @type {HTMLMediaElement} */ (clip).textTracks) track.mode = "disabled";
    };
    hide();
    clip.addEventListener("loadedmetadata", hide, { once: true });
  }
}

// A form that came back with faults begins at the first of them.
/** @type {HTMLElement | null} */ (document.querySelector('[aria-invalid="true"]'))?.focus();
