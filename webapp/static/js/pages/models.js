// The registry of models: drift as charts.
import { byId } from "../dom.js";
import { watchCharts } from "../report/charts.js";

watchCharts(byId("drift-charts"));
