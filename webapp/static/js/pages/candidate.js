// Moments on the candidate's pages are written in UTC; this adds what the candidate's own clock will show.
import { findAll } from "../dom.js";
import { gettext } from "../i18n.js";

const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });
if (day.resolvedOptions().timeZone !== "UTC") {
  for (const element of findAll(document, "time[data-here]")) {
    element.append(` (${gettext("%(time)s where you are", { time: day.format(new Date(element.dateTime)) })})`);
  }
}
