// While a list of people is being invited: how far it is, once a second, and the page as it is at the end.
import { gettext } from "../i18n.js";

const EVERY = 1000; // ms between questions to the server
const PATIENCE = 15000; // ms at most between them while it cannot be reached

const panel = /** @type {HTMLElement} */ (document.querySelector("[data-list]"));
const bar = /** @type {HTMLProgressElement} */ (panel.querySelector("[data-bar]"));
const words = /** @type {HTMLElement} */ (panel.querySelector("[data-words]"));
let wait = EVERY;

const ask = async () => {
  if (document.hidden) return again();
  try {
    const response = await fetch(String(panel.dataset.progressUrl), { headers: { Accept: "application/json" } });
    if (response.status === 401 || response.status === 404 || response.redirected) return; // signed out, or taken away
    if (!response.ok) throw new Error(String(response.status));
    const facts = await response.json();
    wait = EVERY;
    bar.max = facts.total || 1;
    bar.value = facts.invited + facts.failed;
    words.textContent = gettext("%(done)s of %(total)s done: %(invited)s invited, %(failed)s not.", { ...facts, done: bar.value });
    if (facts.finished) return window.location.reload();
  } catch {
    wait = Math.min(PATIENCE, wait * 2);
  }
  again();
};
const again = () => setTimeout(ask, wait);

again();
