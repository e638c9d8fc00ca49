// Comments beside the answer: at the player's second or on selected words, with names of colleagues offered after an @.
import { byId, find, findAll } from "../dom.js";
import { gettext } from "../i18n.js";
import { addLocalTimes } from "../localtime.js";
import { getJson, headers, request, wordsFor } from "../recording/http.js";
import { clock } from "./player.js";

/** The name that is being typed after an @, at the end of `text`, or null. @param {string} text */
export const typedName = (text) => /(?:^|\s)@([\p{L}][\p{L} .'’-]{0,40})$/u.exec(text)?.[1] ?? null;

/**
 * @param {HTMLElement} root
 * @param {{player: ReturnType<typeof import("./player.js").wirePlayer>, open: (id: string) => void, say: (words: string) => void}} parts
 */
export function wireComments(root, { player, open, say }) {
  const panel = find(root, "[data-comments]");
  const form = find(panel, ".ws-comment-form");
  const field = byId("ws-comment");
  const refused = find(panel, "[data-comment-refused]");
  const place = find(form, "[data-place]");

  /** @param {{at?: number | null, until?: number | null, quote?: string}} about */
  const about = ({ at = null, until = null, quote = "" }) => {
    find(form, "[data-at]").value = at == null ? "" : at.toFixed(2);
    find(form, "[data-until]").value = until == null ? "" : until.toFixed(2);
    find(form, "[data-quote]").value = quote;
    place.hidden = at == null && !quote;
    const when = at == null ? "" : gettext("At %(time)s", { time: clock(at) });
    find(place, "[data-place-words]").textContent = [when, quote && `“${quote}”`].filter(Boolean).join(" ");
  };
  find(form, "[data-place-clear]").addEventListener("click", () => {
    about({});
    field.focus();
  });
  field.addEventListener("focus", () => {
    if (player && !field.value && place.hidden && player.media.currentTime > 0) about({ at: player.media.currentTime });
  });

  /** Send a form of the panel and show the threads as they are then. @param {any} event */
  const send = async (event) => {
    const sent = event.target.closest("[data-comment-form]");
    if (!sent) return;
    event.preventDefault();
    const body = new URLSearchParams(/** @type {any} */ (new FormData(sent)));
    if (event.submitter?.name) body.set(event.submitter.name, event.submitter.value);
    refused.hidden = true;
    try {
      const response = await request(sent.action, { method: "POST", body, headers: headers() });
      const threads = find(panel, "[data-threads]");
      threads.innerHTML = await response.text();
      addLocalTimes(threads, document.documentElement.lang);
      if (sent === form) {
        form.reset();
        about({});
      }
      const count = findAll(threads, ".ws-thread:not(.ws-thread-resolved)").length;
      const tag = find(root, "[data-comment-count]");
      tag.textContent = String(count);
      tag.hidden = !count;
      say(gettext("Saved"));
      panel.dispatchEvent(new CustomEvent("comments", { bubbles: true }));
    } catch (error) {
      refused.textContent = wordsFor(error, gettext("There is no connection to the server. The comment is not saved; try again."));
      refused.hidden = false;
    } finally {
      delete sent.dataset.sent;
    }
  };
  panel.addEventListener("submit", send);
  panel.addEventListener("click", (/** @type {any} */ event) => {
    const seek = event.target.closest("[data-seek]");
    if (!seek || !player) return;
    player.seek(Number(seek.dataset.seek));
    player.media.play().catch(() => {});
  });
  offerNames(panel, field);
  offerSelection(root, (chosen) => {
    open("tab-comments");
    about(chosen);
    field.focus();
  });
  return {
    begin() {
      open("tab-comments");
      field.focus();
    },
  };
}

/**
 * @param {HTMLElement} panel
 * @param {HTMLTextAreaElement} field
 */
function offerNames(panel, field) {
  const box = find(panel, "[data-names]");
  let asked = "";
  const offer = async () => {
    const before = field.value.slice(0, field.selectionStart);
    const typed = typedName(before);
    if (typed === null) {
      box.hidden = true;
      return;
    }
    asked = typed;
    const { names } = await getJson(`${panel.dataset.people}?q=${encodeURIComponent(typed)}`).catch(() => ({ names: [] }));
    if (asked !== typed) return;
    box.hidden = !names.length || names.includes(typed.trim());
    box.replaceChildren(
      ...names.map((/** @type {string} */ name) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn-sm btn-quiet";
        button.textContent = name;
        button.addEventListener("click", () => {
          const start = before.length - typed.length;
          field.setRangeText(`${name} `, start, before.length, "end");
          box.hidden = true;
          field.focus();
        });
        return button;
      }),
    );
  };
  field.addEventListener("input", offer);
}

/**
 * A button beside selected words of the answer.
 * @param {HTMLElement} root
 * @param {(chosen: {at: number | null, until: number | null, quote: string}) => void} choose
 */
function offerSelection(root, choose) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm btn-primary ws-on-selection";
  button.textContent = gettext("Comment on the selection");
  button.hidden = true;
  (find(root, ".ws-side") ?? root).append(button);

  const selected = () => {
    const selection = window.getSelection();
    if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    const inside = find(root, "[data-transcript]")?.contains(range.commonAncestorContainer) || find(root, "[data-words]")?.contains(range.commonAncestorContainer);
    if (!inside) return null;
    const words = findAll(root, "[data-transcript] .word[data-seek]").filter((word) => range.intersectsNode(word));
    const quote = String(selection).replace(/\s+/g, " ").trim();
    const last = words.at(-1);
    return quote ? { at: words.length ? Number(words[0].dataset.seek) : null, until: last ? Number(last.dataset.end ?? last.dataset.seek) : null, quote } : null;
  };
  const watch = () => {
    if (!button.isConnected) document.removeEventListener("selectionchange", watch);
    else button.hidden = !selected();
  };
  document.addEventListener("selectionchange", watch);
  button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
  button.addEventListener("click", () => {
    const chosen = selected();
    if (chosen) choose(chosen);
    button.hidden = true;
  });
}
