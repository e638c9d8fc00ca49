// Moments are written in UTC; this adds the reader's own time to each <time data-local>.
import { findAll } from "./dom.js";

/** @param {ParentNode} root */
export function addLocalTimes(root) {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const { timeZone } = format.resolvedOptions();
  if (timeZone === "UTC") return;
  for (const element of findAll(root, "time[data-local]")) {
    element.title = `${format.format(new Date(element.dateTime))} (${timeZone})`;
  }
}
