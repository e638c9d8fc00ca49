// The transcript beside the player: it follows, a click leads into the recording, and words are found in it.
import { byId, find, findAll } from "../dom.js";
import { gettext, ngettext } from "../i18n.js";

/**
 * @param {string} text
 */
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * @param {HTMLElement} root the part of the page with the answer
 * @param {ReturnType<typeof import("./player.js").wirePlayer>} player
 */
export function wireTranscript(root, player) {
  const list = find(root, "[data-transcript]");
  if (!list) return;
  if (player) follow(list, player);
  search(root, list);
}

/**
 * @param {HTMLElement} list
 * @param {NonNullable<ReturnType<typeof import("./player.js").wirePlayer>>} player
 */
function follow(list, player) {
  const lines = findAll(list, "[data-from]");
  const words = findAll(list, ".word[data-seek]");
  let shown = -1;
  player.media.addEventListener("timeupdate", () => {
    const time = player.media.currentTime + 0.05;
    const index = lines.findLastIndex((line) => Number(line.dataset.from) <= time);
    const spoken = words.findLast((word) => Number(word.dataset.seek) <= time);
    for (const word of words) word.classList.toggle("word-now", word === spoken && !player.media.paused);
    if (index === shown) return;
    shown = index;
    for (const [number, line] of lines.entries()) line.classList.toggle("line-now", number === index);
    const line = lines[index];
    // Only the list moves, never the page, and not under somebody who reads elsewhere in it.
    if (line && !player.media.paused && !list.matches(":hover")) list.scrollTop = line.offsetTop - list.offsetTop - list.clientHeight / 3;
  });
  list.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-seek]"));
    if (!target || String(window.getSelection())) return;
    player.seek(Number(target.dataset.seek));
    player.media.play().catch(() => {});
  });
}

/**
 * @param {HTMLElement} root
 * @param {HTMLElement} list
 */
function search(root, list) {
  const box = find(root, "[data-search]");
  const field = byId("ws-search");
  if (!box || !field) return;
  box.hidden = false;
  const count = find(box, "[data-search-count]");
  const words = findAll(list, ".word");
  let at = -1;
  /** @type {any[][]} */
  let found = [];

  const mark = () => {
    const wanted = folded(field.value).split(/\s+/).filter(Boolean);
    found = [];
    for (const word of words) word.classList.remove("word-found", "word-found-now");
    if (wanted.length) {
      const texts = words.map((word) => folded(word.textContent.trim()));
      for (let start = 0; start + wanted.length <= words.length; start += 1) {
        if (wanted.every((part, offset) => texts[start + offset].includes(part))) found.push(words.slice(start, start + wanted.length));
      }
    }
    for (const word of found.flat()) word.classList.add("word-found");
    at = -1;
    const told = ngettext("%(num)s match", "%(num)s matches", found.length);
    count.textContent = wanted.length ? (found.length ? told : gettext("No match")) : "";
  };
  /** @param {number} by */
  const move = (by) => {
    if (!found.length) return;
    for (const word of found[at] ?? []) word.classList.remove("word-found-now");
    at = (at + by + found.length) % found.length;
    for (const word of found[at]) word.classList.add("word-found-now");
    const line = found[at][0].closest("li");
    list.scrollTop = line.offsetTop - list.offsetTop - list.clientHeight / 3;
    count.textContent = gettext("%(number)s of %(total)s", { number: at + 1, total: found.length });
  };
  field.addEventListener("input", mark);
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    move(event.shiftKey ? -1 : 1);
  });
}
