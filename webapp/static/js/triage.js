// Lists that are walked with the keyboard: j and k to the next and the previous row, x ticks, Enter opens.
import { find, findAll } from "./dom.js";
import { ngettext } from "./i18n.js";

/** Whether what is typed goes into a field, or a shortcut of the browser is meant.
 * @param {KeyboardEvent} event */
const isTyping = (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const field = target.closest("textarea, select, input:not([type=checkbox]), [contenteditable]");
  return event.ctrlKey || event.metaKey || event.altKey || field !== null;
};

/**
 * @param {HTMLTableElement} table
 */
export const wireTriage = (table) => {
  const rows = findAll(table, "[data-row]");
  const ticks = findAll(table, "[data-tick]");
  const all = find(table, "[data-tick-all]");
  const said = find(document, "[data-ticked]");
  const hint = find(document, "[data-keys]");
  if (hint) hint.hidden = false;
  let at = -1;

  /** @param {number} step */
  const go = (step) => {
    at = Math.min(Math.max(at + step, 0), rows.length - 1);
    rows.forEach((row, index) => row.toggleAttribute("data-current", index === at));
    const link = find(rows[at], "[data-open]");
    link?.focus();
    rows[at]?.scrollIntoView({ block: "nearest" });
  };

  const count = () => {
    const number = ticks.filter((tick) => tick.checked).length;
    if (said) said.textContent = number ? ngettext("%(num)s ticked", "%(num)s ticked", number) : "";
    if (all) {
      all.checked = number === ticks.length && number > 0;
      all.indeterminate = number > 0 && number < ticks.length;
    }
  };

  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const tick of ticks) tick.checked = all.checked;
      count();
    });
  }
  table.addEventListener("change", count);
  table.addEventListener("focusin", (event) => {
    const row = /** @type {HTMLElement} */ (event.target).closest("[data-row]");
    if (row) at = rows.indexOf(row);
  });
  document.addEventListener("keydown", (event) => {
    if (isTyping(event) || !rows.length) return;
    if (event.key === "j") go(1);
    else if (event.key === "k") go(at < 0 ? 1 : -1);
    else if (event.key === "x" && at >= 0) {
      const tick = find(rows[at], "[data-tick]");
      if (tick) tick.checked = !tick.checked;
      count();
    } else return;
    event.preventDefault();
  });
  count();
};
