// Runs on every page: guards against double submission, and helps to find what a form complains about.

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
