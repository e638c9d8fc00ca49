// How the pages look to this person: kept in this browser alone, and put to use by theme.js before a page is drawn.
import { findAll } from "../dom.js";

const KEY = "viva-display";

/** @returns {string[]} */
function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

for (const box of findAll(document, "input[data-display]")) {
  const name = box.dataset.display ?? "";
  box.checked = kept().includes(name);
  box.addEventListener("change", () => {
    const rest = kept().filter((each) => each !== name);
    const chosen = box.checked ? [...rest, name] : rest;
    try {
      localStorage.setItem(KEY, JSON.stringify(chosen));
    } catch {
      // Without storage it holds for this page.
    }
    document.documentElement.dataset.display = chosen.join(" ");
  });
}
