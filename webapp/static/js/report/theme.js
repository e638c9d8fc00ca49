// Charts take their colours from the page, light or dark.

/** @param {string} name */
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--viva-${name}`).trim();

/**
 * `data` with its intervals in the page's ink, which stands out on bars of any colour.
 * @param {any[]} data
 */
export const inked = (data) =>
  data.map((trace) => (trace.error_x ? { ...trace, error_x: { ...trace.error_x, color: token("ink") } } : trace));

/**
 * `layout` in the page's colours and as wide as its place; the figure itself is left as it came.
 * @param {any} chart
 * @param {any} layout
 */
export const themed = (chart, layout) => {
  const copy = structuredClone(layout ?? {});
  const ink = token("ink");
  const line = token("line");
  Object.assign(copy, {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { ...copy.font, color: ink, family: getComputedStyle(document.body).fontFamily, size: 13 },
    autosize: true,
    hoverlabel: { bgcolor: token("surface"), bordercolor: token("line-strong"), font: { color: ink } },
  });
  delete copy.width;
  for (const name of Object.keys(copy)) {
    if (/^[xy]axis\d*$/.test(name)) {
      copy[name] = { ...copy[name], gridcolor: line, zerolinecolor: line, linecolor: token("line-strong"), fixedrange: true };
    }
  }
  copy.dragmode = false;
  if (chart.clientWidth < 480) {
    // Two columns: one long name would make it one, which no longer fits under the chart.
    const columns = { entrywidth: 0.5, entrywidthmode: "fraction", font: { ...copy.legend?.font, size: 11 } };
    copy.legend = { ...copy.legend, ...columns, orientation: "h", x: 0, xanchor: "left", y: -0.25, yanchor: "top" };
  }
  return copy;
};
