// The interviewer's guide: notes are kept one by one, the scorecard as it is filled in, and nothing leads out of the call.
import { autosave } from "../autosave.js";
import { find, findAll } from "../dom.js";
import { gettext } from "../i18n.js";
import { csrfToken, request, wordsFor } from "../recording/http.js";

export class Guide {
  /** @type {ReturnType<typeof autosave> | undefined} */
  #kept;
  #leaving = new AbortController();

  /** @param {HTMLElement} root holds templates/live/_guide.html */
  constructor(root) {
    this.root = root;
    root.addEventListener("submit", (event) => this.#submit(event));
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("change", (event) => this.#told(/** @type {any} */ (event.target)));
    // "toggle" does not bubble.
    root.addEventListener("toggle", (event) => this.#opened(/** @type {any} */ (event.target)), true);
    this.#wire();
  }

  /** Somebody came in: what could not be kept before the candidate was there can be now. */
  retry() {
    this.#kept?.save();
  }

  #wire() {
    const form = find(this.root, "[data-scores]");
    if (form) this.#kept = autosave(form, find(form, "[data-saved]"), { signal: this.#leaving.signal });
    const open = find(this.root, ".lg-question[open]");
    if (open) this.#opened(open);
  }

  /** @param {any} question */
  #opened(question) {
    const about = find(this.root, "#about");
    if (about && question.open && question.dataset.question) about.value = question.dataset.question;
  }

  /** @param {HTMLInputElement} input */
  #told(input) {
    const words = input.closest(".ws-competency")?.querySelector("[data-level-words]");
    if (words) words.textContent = input.dataset.words ?? "";
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const form = /** @type {HTMLElement} */ (event.target).closest("[data-note]");
    if (!form || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    /** @type {HTMLFormElement} */ (form).requestSubmit();
  }

  /** @param {Event} event */
  async #submit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    event.preventDefault();
    if (form.matches("[data-scores]")) {
      this.#kept?.save();
      return;
    }
    const isNote = form.matches("[data-note]");
    const told = find(this.root, "[data-told]");
    try {
      const response = await request(form.action, {
        method: "POST",
        body: new URLSearchParams(/** @type {any} */ (new FormData(form))),
        headers: { Accept: "application/json, text/html;q=0.9", "X-Fragment": "1", "X-CSRFToken": csrfToken() },
      });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (isNote) this.#noted(page);
      else this.#renew(page);
    } catch (error) {
      told.textContent = wordsFor(error, gettext("No connection: not saved yet. Try again in a moment."));
    }
  }

  /**
   * The list of notes, and an empty field; the scorecard stays as it is being filled in.
   * @param {Document} page
   */
  #noted(page) {
    const section = find(this.root, "section[aria-labelledby=lg-notes]");
    find(section, ".lg-notes")?.remove();
    section.append(...findAll(page, ".lg-notes"));
    const text = find(section, "textarea");
    text.value = "";
    text.focus();
    find(section, "[data-told]").textContent = gettext("Saved");
  }

  /**
   * Other questions: all of it anew.
   * @param {Document} page
   */
  #renew(page) {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    this.root.replaceChildren(...page.body.childNodes);
    this.#wire();
    find(this.root, "summary, h3")?.focus();
  }
}
