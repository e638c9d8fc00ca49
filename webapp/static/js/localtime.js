// Moments in the reader's own zone. The server writes them in the zone that it knows of this reader (UTC before the
// first visit); here every <time data-local> is put right, and the browser's zone is kept for the next page.
import { findAll } from "./dom.js";
import { gettext, localeOf } from "./i18n.js";

/** The browser's zone, as the server names zones; webapp/core/zones.py reads it. */
const COOKIE = "viva_zone";
const YEAR = 365 * 24 * 3600;

/**
 * @param {string} dateTime ISO 8601
 * @param {string} timeZone
 * @param {string} language
 */
function partsOf(dateTime, timeZone, language) {
  const locale = localeOf(language);
  const moment = new Date(dateTime);
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone }).format(moment);
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone }).format(moment);
  return { date, time };
}

/**
 * @param {ParentNode} root
 * @param {string} [language]
 */
export function addLocalTimes(root, language = "en") {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  for (const element of findAll(root, "time[data-local]")) {
    const utc = partsOf(element.dateTime, "UTC", language);
    const whole = gettext("%(date)s, %(time)s UTC", utc);
    if (timeZone === "UTC" || timeZone === "Etc/UTC") {
      element.textContent = whole;
      continue;
    }
    const here = partsOf(element.dateTime, timeZone, language);
    const own = gettext("%(date)s, %(time)s", here);
    element.title = whole;
    if (element.dataset.local !== "both") element.textContent = own;
    else if (here.date === utc.date) element.textContent = `${own} (${gettext("%(time)s UTC", utc)})`;
    else element.textContent = `${own} (${whole})`;
  }
}

/** Let the server know the browser's zone from the next request on. */
export function keepZone() {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const kept = `${COOKIE}=${encodeURIComponent(timeZone)}`;
  if (document.cookie.split("; ").includes(kept)) return;
  const secure = window.location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${kept}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
}
