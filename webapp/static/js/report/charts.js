// Charts, drawn when they come near the screen: Plotly is large, and a report must be usable before it is there.
import { gettext } from "../i18n.js";
import { playerOf, seek } from "./players.js";
import { inked, themed } from "./theme.js";

const CONFIG = { displayModeBar: false, responsive: true, doubleClick: "reset", scrollZoom: false };

let plotly = null;
const loadPlotly = () => (plotly ??= import("plotly.js-strict-dist-min").then((module) => module.default ?? module));

/**
 * Draw every chart under `report` as it comes into view; `refresh()` looks for charts that have been added since.
 * @param {any} report
 */
export const watchCharts = (report) => {
  const answers = new Map(); // answer id ("" for the interview) → promise of its figures
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target: element, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        const target = /** @type {HTMLElement} */ (element);
        seen.unobserve(target);
        draw(target, figuresOf(target.dataset.answer ?? ""));
      }
    },
    { rootMargin: "400px 0px" },
  );

  /** @param {string} answer */
  const figuresOf = (answer) => {
    if (!answers.has(answer)) {
      const url = report.dataset.figuresUrl + (answer ? `?answer=${encodeURIComponent(answer)}` : "");
      const request = fetch(url, { headers: { Accept: "application/json" } }).then((response) => {
        if (!response.ok) throw new Error(`figures: ${response.status}`);
        return response.json();
      });
      request.catch(() => answers.delete(answer));
      answers.set(answer, request);
    }
    return answers.get(answer);
  };

  const refresh = () => {
    answers.clear();
    for (const chart of report.querySelectorAll("[data-figure]:not([data-drawn])")) seen.observe(chart);
  };
  refresh();

  /** Draw again what is drawn, in the page's present colours. */
  const recolour = async () => {
    const drawn = [...report.querySelectorAll("[data-drawn]")].filter(({ plot }) => plot);
    if (!drawn.length) return;
    const Plotly = await loadPlotly();
    await Promise.all(
      drawn.map((chart) => Plotly.react(chart.plot, inked(chart.figure.data), themed(chart, chart.figure.layout), CONFIG)),
    );
  };
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);

  /** Draw every chart now, seen or not. */
  const drawAll = () =>
    Promise.all(
      [...report.querySelectorAll("[data-figure]:not([data-drawn])")].map((chart) => {
        seen.unobserve(chart);
        return draw(chart, figuresOf(chart.dataset.answer ?? ""));
      }),
    );
  return { refresh, recolour, drawAll };
};

/**
 * @param {any} chart
 * @param {Promise<any>} request
 */
const draw = async (chart, request) => {
  chart.dataset.drawn = "yes";
  try {
    const [Plotly, { figures }] = await Promise.all([loadPlotly(), request]);
    const figure = figures[chart.dataset.figure];
    if (!figure) throw new Error("no such figure");
    const plot = document.createElement("div");
    plot.className = "chart-plot";
    chart.replaceChildren(plot);
    chart.plot = plot;
    chart.figure = figure;
    await Plotly.newPlot(plot, inked(figure.data), themed(chart, figure.layout), CONFIG);
    if (chart.dataset.figure.endsWith("-track")) keepInStep(chart, plot);
  } catch (error) {
    console.warn(error);
    const words = document.createElement("p");
    words.className = "text-secondary";
    words.textContent = gettext("The chart could not be drawn. The table below has the same numbers; reload the page to try again.");
    chart.replaceChildren(words);
  }
};

/**
 * A click on the chart moves the player; a line on the chart follows the player.
 * @param {any} chart
 * @param {any} plot
 */
const keepInStep = (chart, plot) => {
  const player = playerOf(chart);
  if (!player) return;
  const line = document.createElement("div");
  line.className = "chart-now";
  line.hidden = true;
  plot.append(line);
  plot.classList.add("chart-seeks");

  const axis = () => plot._fullLayout.xaxis;
  const area = () => plot._fullLayout._size;
  const follow = () => {
    const x = axis();
    const [low, high] = x.range.map(Number);
    const time = player.currentTime;
    line.hidden = time < low || time > high;
    const size = area();
    line.style.transform = `translateX(${size.l + x.d2p(time)}px)`;
    line.style.top = `${size.t}px`;
    line.style.height = `${size.h}px`;
  };

  let frame = 0;
  const run = () => {
    follow();
    frame = player.paused || !plot.isConnected ? 0 : requestAnimationFrame(run);
  };
  const start = () => {
    if (!frame && plot.isConnected) frame = requestAnimationFrame(run);
  };
  for (const name of ["play", "timeupdate", "seeked"]) player.addEventListener(name, start);
  plot.on("plotly_afterplot", start);
  start();

  plot.addEventListener("click", (/** @type {any} */ event) => {
    const size = area();
    const place = plot.getBoundingClientRect();
    const x = event.clientX - place.left - size.l;
    const y = event.clientY - place.top - size.t;
    if (x < 0 || x > size.w || y < 0 || y > size.h) return; // the legend and the axis labels are not places in time
    seek(player, axis().p2d(x));
  });
};
