// Neutral facts while somebody answers, where they were told so beforehand: leaving the page, and pasted text. Only how
// long and how much; never what.
import { postJson } from "./http.js";

/** Shorter absences (seconds) are a slip of the finger. */
const SHORTEST = 2;

/**
 * @param {string} url where facts are noted
 * @param {Document | HTMLElement} page where text may be pasted
 * @param {(url: string, body: unknown, options?: object) => Promise<unknown>} [send]
 */
export function noteFacts(url, page, send = postJson) {
  /** @type {number | null} */
  let left = null;
  /**
   * @param {string} kind
   * @param {number} amount
   */
  const note = (kind, amount) => send(url, { kind, amount }, { keepalive: true }).catch(() => {});
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      left = Date.now();
    } else if (left !== null) {
      const seconds = Math.round((Date.now() - left) / 1000);
      left = null;
      if (seconds >= SHORTEST) note("left_page", seconds);
    }
  });
  page.addEventListener("paste", (event) => {
    const target = /** @type {Element} */ (event.target);
    const text = /** @type {ClipboardEvent} */ (event).clipboardData?.getData("text") ?? "";
    if (target.closest?.("textarea") && text) note("pasted", text.length);
  });
}
