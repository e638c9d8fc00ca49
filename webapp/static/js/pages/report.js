// The report: players with speeds, charts in step with them, and progress while the answers are being read.
import { byId } from "../dom.js";
import { watchCharts } from "../report/charts.js";
import { wireSaliency } from "../report/saliency.js";
import { wireExplanations } from "../report/explain.js";
import { wireOpenings } from "../openings.js";
import { wirePlayers } from "../report/players.js";
import { wirePrinting } from "../report/printing.js";
import { followProgress } from "../report/progress.js";
import { wireWords } from "../report/words.js";

const report = byId("report");

wirePlayers(report);
wireOpenings(report);
wireExplanations(report);
wireWords(report);
const charts = watchCharts(report);
const moments = wireSaliency(report);
const waits = report.dataset.finished === "no" || !report.dataset.built;
if (waits && report.dataset.total !== "0") {
  followProgress(report, () => {
    charts.refresh();
    moments.refresh();
  });
}
wirePrinting(report, charts);
