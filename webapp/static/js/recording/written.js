// The written answer: words counted while somebody types, saved a second after they pause.
import { byId, find } from "../dom.js";
import { gettext, ngettext } from "../i18n.js";
import { NetworkError, postJson, wordsFor } from "./http.js";

/** @param {HTMLFormElement} form */
export function setUp(form) {
  const text = find(form, "textarea");
  const words = byId("words");
  const saved = byId("saved");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let stored = text.defaultValue; // what the server sent; the browser may have more from an earlier visit
  let leaving = false;

  async function save() {
    clearTimeout(timer);
    const value = text.value;
    if (value === stored || leaving) return;
    saved.textContent = gettext("Saving …");
    try {
      await postJson(form.action, { text: value }, { keepalive: value.length < 15000 });
      stored = value;
      saved.textContent = text.value === value ? gettext("Saved") : "";
    } catch (error) {
      saved.textContent = wordsFor(error, gettext("No connection: not saved yet. Keep this page open; it is saved when the connection is back."));
      if (!(error instanceof NetworkError)) return;
      timer = setTimeout(save, 5000);
    }
  }

  function changed() {
    const count = text.value.trim() ? text.value.trim().split(/\s+/).length : 0;
    words.textContent = ngettext("%(num)s word", "%(num)s words", count);
    saved.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(save, 1000);
  }

  text.addEventListener("input", changed);
  if (text.value !== stored) changed();
  text.addEventListener("blur", save);
  window.addEventListener("online", save);
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (text.value !== stored && !leaving) {
      save();
      event.preventDefault();
    }
  });
}
