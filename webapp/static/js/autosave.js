// A form that is kept as it is filled in: a moment after the last change, when a field is left, and when the page is.
import { gettext } from "./i18n.js";
import { ServerError, headers, request } from "./recording/http.js";

/** What one request may still carry while its page goes away, in characters. */
const LAST_WORDS = 15000;

/**
 * Keeps what `read` gives by `send`, one request at a time, so that an older state never follows a newer one.
 * @param {{
 *   read: () => string,
 *   send: (value: string, leaving: boolean) => Promise<unknown>,
 *   tell: (words: string) => void,
 *   stored: string,
 *   pause?: number,
 *   retry?: number,
 * }} parts stored is what the server has; pause and retry are milliseconds
 */
export function keeper({ read, send, tell, stored, pause = 800, retry = 5000 }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let sending = false;
  const unsaved = () => read() !== stored;
  /** @param {number} wait */
  const again = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(() => save(), wait);
  };

  async function save({ leaving = false } = {}) {
    if (!unsaved() || (sending && !leaving)) return;
    clearTimeout(timer);
    const value = read();
    sending = true;
    tell(gettext("Saving …"));
    try {
      await send(value, leaving);
      stored = value;
      sending = false;
      if (unsaved()) again(pause);
      else tell(gettext("Saved"));
    } catch (error) {
      sending = false;
      if (error instanceof ServerError && error.status < 500) {
        tell(gettext("Not saved: %(reason)s", { reason: error.message }));
        return;
      }
      tell(gettext("No connection: not saved yet. Keep this page open; it is saved when the connection is back."));
      again(retry);
    }
  }

  return { save, unsaved, changed: () => again(pause), stop: () => clearTimeout(timer) };
}

/**
 * @param {HTMLFormElement} form posted as a submit would, for an answer in JSON
 * @param {HTMLElement} status where it says whether all is saved
 * @param {{signal?: AbortSignal, saved?: (answer: any) => void}} [options] signal ends it, for a form that leaves the
 *   page; saved gets what the server answered
 */
export function autosave(form, status, { signal, saved = () => {} } = {}) {
  const read = () => new URLSearchParams(/** @type {any} */ (new FormData(form))).toString();
  const fields = /** @type {any[]} */ ([...form.elements]);
  // After a reload the browser may have filled in more than the server sent.
  const restored = fields.some((field) =>
    field.type === "radio" ? field.checked !== field.defaultChecked : field.type === "textarea" && field.value !== field.defaultValue,
  );
  const kept = keeper({
    read,
    stored: restored ? "" : read(),
    tell(words) {
      status.textContent = words;
    },
    async send(value, going) {
      const response = await request(form.action, {
        method: "POST",
        body: value,
        headers: headers({ "Content-Type": "application/x-www-form-urlencoded" }),
        keepalive: going && value.length < LAST_WORDS,
      });
      if (!going) saved(await response.json().catch(() => ({})));
    },
  });
  let leaving = false;
  form.addEventListener("input", () => {
    status.textContent = "";
    kept.changed();
  });
  form.addEventListener("change", () => kept.save());
  window.addEventListener("online", () => kept.save(), { signal });
  form.addEventListener("submit", () => {
    leaving = true; // the form itself carries everything
    kept.stop();
  });
  window.addEventListener("pageshow", () => (leaving = false), { signal });
  const hidden = () => {
    if (document.visibilityState === "hidden" && !leaving) kept.save({ leaving: true });
  };
  document.addEventListener("visibilitychange", hidden, { signal });
  /** @param {BeforeUnloadEvent} event */
  const unload = (event) => {
    if (leaving || !kept.unsaved()) return;
    const long = read().length >= LAST_WORDS;
    kept.save({ leaving: true });
    if (long || !navigator.onLine) event.preventDefault();
  };
  window.addEventListener("beforeunload", unload, { signal });
  if (restored) kept.changed();
  return kept;
}
