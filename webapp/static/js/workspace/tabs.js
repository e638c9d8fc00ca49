// Sections beside the answer as tabs (ARIA's pattern: arrows move, the open one is in the order of the tab key).
import { byId, find, findAll } from "../dom.js";

/** The tab that was open last, for the next answer. */
let open = "";

/**
 * @param {HTMLElement} root
 * @returns {(id: string) => void} opens the tab of this id
 */
export function wireTabs(root) {
  const box = find(root, "[data-tabs]");
  if (!box) return () => {};
  const list = find(box, "[role=tablist]");
  const tabs = findAll(list, "[role=tab]");
  list.hidden = false;
  /** @param {any} tab */
  const show = (tab) => {
    for (const one of tabs) {
      const panel = byId(one.getAttribute("aria-controls"));
      one.setAttribute("aria-selected", String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
      panel.hidden = one !== tab;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", one.id);
    }
    open = tab.id;
    box.dispatchEvent(new CustomEvent("tab", { bubbles: true, detail: tab.id }));
  };
  list.addEventListener("click", (/** @type {any} */ event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) show(tab);
  });
  list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const forward = document.documentElement.dir === "rtl" ? -by : by;
    const next = tabs[(tabs.indexOf(event.target) + forward + tabs.length) % tabs.length];
    event.preventDefault();
    show(next);
    next.focus();
  });
  show(tabs.find((tab) => tab.id === open) ?? tabs[0]);
  return (id) => {
    const tab = tabs.find((one) => one.id === id);
    if (tab) show(tab);
  };
}
