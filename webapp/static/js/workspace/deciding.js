// The decision: its reason survives a move to another page, and what the server refuses is said in place.
import { find } from "../dom.js";
import { gettext } from "../i18n.js";
import { headers, request, wordsFor } from "../recording/http.js";

/**
 * @param {HTMLElement} workspace whose reader decides, or submits a scorecard alone
 * @param {() => Promise<unknown>} settled resolves once the scores are saved
 */
export function wireDeciding(workspace, settled) {
  const form = find(workspace, "[data-decide]");
  const submits = find(workspace, "[data-submit]");
  const refused = find(workspace, "[data-refused]");
  const missing = find(workspace, "[data-missing]");
  const draft = `viva_reason_${workspace.dataset.interview}`;
  /** @param {any} event */
  const send = async (event) => {
    event.preventDefault();
    const body = new URLSearchParams(/** @type {any} */ (new FormData(event.target)));
    if (event.submitter?.name) body.set(event.submitter.name, event.submitter.value);
    refused.hidden = true;
    if (event.submitter) event.submitter.disabled = true;
    try {
      await settled();
      const response = await request(event.target.action, { method: "POST", body, headers: headers() });
      const { next } = await response.json();
      try {
        if (event.target === form) sessionStorage.removeItem(draft);
      } catch {
        // nothing was kept
      }
      window.location.assign(next);
    } catch (error) {
      refused.textContent = wordsFor(error, gettext("There is no connection to the server. Nothing was decided; try again."));
      refused.hidden = false;
      if (event.submitter) event.submitter.disabled = false;
    }
  };
  if (form) {
    const reason = find(form, "[name=reason]");
    try {
      reason.value ||= sessionStorage.getItem(draft) ?? "";
      reason.addEventListener("input", () => sessionStorage.setItem(draft, reason.value));
    } catch {
      // a browser that stores nothing
    }
    form.addEventListener("submit", send);
  }
  submits?.addEventListener("submit", send);
  return {
    /**
     * Show how far the review is.
     * @param {{words: string, ready: boolean}} progress
     */
    tell(progress) {
      if (!progress?.words) return;
      missing.textContent = progress.words;
      if (form) form.dataset.ready = progress.ready ? "yes" : "no";
    },
  };
}
