// Moments on the candidate's pages are written in UTC; this adds what the candidate's own clock will show.
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });
if (day.resolvedOptions().timeZone !== "UTC") {
  for (const element of document.querySelectorAll("time[data-here]")) {
    element.append(` (${day.format(new Date(element.dateTime))} where you are)`);
  }
}
