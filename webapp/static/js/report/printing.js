// Printing: black on white, every chart drawn, and nothing folded but the tables of charts that are there.
import { find } from "../dom.js";

/**
 * @param {any} report
 * @param {{recolour: () => unknown, drawAll: () => Promise<unknown>}} charts
 */
export const wirePrinting = (report, charts) => {
  const root = document.documentElement;
  /** @type {string | null} */
  let theme = null;
  /** @type {any[]} */
  let opened = [];

  const prepare = () => {
    if (theme !== null) return;
    theme = root.dataset.bsTheme ?? "light";
    root.dataset.bsTheme = "light";
    charts.recolour();
    opened = [...report.querySelectorAll("details.fold:not([open])")].filter(
      ({ previousElementSibling: chart }) => !(chart?.matches("[data-figure]") && chart.plot),
    );
    for (const fold of opened) fold.open = true;
  };
  const restore = () => {
    if (theme === null) return;
    root.dataset.bsTheme = theme;
    theme = null;
    charts.recolour();
    for (const fold of opened) fold.open = false;
  };
  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", restore);

  const button = find(document, "[data-print]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    // Charts inside folds need their width, so the folds open first.
    for (const chart of report.querySelectorAll("details.fold [data-figure]")) chart.closest("details").open = true;
    await charts.drawAll();
    button.disabled = false;
    window.print();
  });
};
