// While answers are being read: bars, coarse words for those who listen, and the readings themselves once they are there.
import { findAll } from "../dom.js";
import { gettext } from "../i18n.js";

const EVERY = 1000; // ms between questions to the server while there is work
const PATIENCE = 15000; // ms at most between questions while the server cannot be reached

/**
 * @param {any} report
 * @param {() => void} refresh
 */
export const followProgress = (report, refresh) => {
  const panel = report.querySelector("[data-report-progress]");
  const live = report.querySelector("[data-live]");
  let states = "";
  /** @type {number | null} */
  let done = null;
  let wait = EVERY;
  let waitsForReport = 0;
  const builtBefore = report.dataset.built;

  const ask = async () => {
    if (document.hidden) return again();
    try {
      const response = await fetch(report.dataset.progressUrl, { headers: { Accept: "application/json" } });
      if (response.status === 401 || response.status === 404 || response.redirected) return; // signed out, or taken away
      if (!response.ok) throw new Error(String(response.status));
      const progress = await response.json();
      wait = EVERY;
      show(progress);
      const now = JSON.stringify(Object.values(progress.answers).flat().map(({ state }) => state));
      if (now !== states && states) await exchange();
      states = now;
      if (progress.finished) {
        // The report itself is put together right after the last reading.
        await exchange();
        if (report.dataset.built !== builtBefore || ++waitsForReport > 20) return finish();
      }
    } catch {
      wait = Math.min(PATIENCE, wait * 2);
      if (wait >= 8000) panel.querySelector("[data-progress-words]").textContent = gettext("The server cannot be reached just now. Trying again…");
    }
    again();
  };
  const again = () => setTimeout(ask, wait);

  /** @param {any} progress */
  const show = (progress) => {
    panel.hidden = progress.finished;
    panel.querySelector("[data-progress-bar]").value = partlyDone(progress);
    panel.querySelector("[data-progress-words]").textContent = gettext("%(done)s of %(total)s finished", progress);
    const left = panel.querySelector("[data-progress-left]");
    left.textContent = progress.left;
    left.hidden = !progress.left;
    for (const [answer, readings] of Object.entries(progress.answers)) {
      for (const { modality, progress: share } of readings) {
        const bar = report.querySelector(`[data-readings="${answer}"] [data-modality="${modality}"] [data-reading-progress]`);
        if (bar) bar.value = share;
      }
    }
    // Only what is new in the large is said aloud.
    if (done !== null && progress.done !== done) {
      live.textContent = progress.finished ? gettext("All answers have been analysed.") : gettext("%(done)s of %(total)s analyses finished.", progress);
    }
    done = progress.done;
  };

  // Fetches the page as the server now draws it and exchanges the parts that differ. The players go on playing.
  const exchange = async () => {
    const response = await fetch(window.location.pathname, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const fresh of findAll(page, "[data-readings]")) {
      const present = report.querySelector(`[data-readings="${fresh.dataset.readings}"]`);
      if (!present || present.dataset.fingerprint === fresh.dataset.fingerprint) continue;
      const open = [...present.querySelectorAll("details")].map((fold) => fold.open);
      const focused = present.contains(document.activeElement);
      present.replaceWith(document.adoptNode(fresh));
      if (focused) {
        // Who was in here with the keyboard stays in here.
        fresh.tabIndex = -1;
        fresh.focus({ preventScroll: true });
      }
      fresh.querySelectorAll("details").forEach((/** @type {HTMLDetailsElement} */ fold, /** @type {number} */ index) => (fold.open = open[index] ?? fold.open));
    }
    report.dataset.built = page.getElementById("report")?.dataset.built;
    refresh();
  };

  const finish = () => {
    report.dataset.finished = "yes";
  };

  ask();
};

/** @param {{answers: Record<string, {state: string, progress: number}[]>}} options */
const partlyDone = ({ answers }) =>
  Object.values(answers)
    .flat()
    .reduce((sum, { state, progress }) => sum + (state === "queued" || state === "running" ? progress : 1), 0);
