// The report: players with speeds, charts in step with them, and progress while the answers are being read.
import { watchCharts } from "../report/charts.js";
import { wirePlayers } from "../report/players.js";
import { followProgress } from "../report/progress.js";

const report = document.getElementById("report");

wirePlayers(report);
const charts = watchCharts(report);
if (report.dataset.finished === "no" || !report.dataset.built) followProgress(report, charts.refresh);

const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
