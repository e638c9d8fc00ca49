// A battery or a disk that will not last: said before somebody begins to record, and while they do.
import { gettext } from "../i18n.js";

/** Share of a battery (0..1) below which it is said while it is not charged. */
const BATTERY = 0.15;
/** Bytes that a recording needs for a minute, and how many minutes there should be room for. */
const [MINUTE, MINUTES] = [8_000_000, 5];

/**
 * What is to be said of a battery and of the room that this browser has for recordings; "" where nothing is.
 * @param {{battery?: {level: number, charging: boolean} | null, room?: number | null}} state room in bytes
 */
export function wordsOf({ battery = null, room = null }) {
  const said = [];
  if (battery && !battery.charging && battery.level < BATTERY) said.push(gettext("Your battery is low. Connect a charger before you record."));
  if (room !== null && room < MINUTE * MINUTES) said.push(gettext("This device has little room left. Your recording is sent as you speak: keep the page open until it says “Saved”."));
  return said.join(" ");
}

/**
 * Call show(words) now and whenever that changes. An ornament: what this browser does not tell is left out.
 * @param {(words: string) => void} show
 */
export async function watchReserves(show) {
  const browser = /** @type {any} */ (navigator);
  const battery = await Promise.resolve(browser.getBattery?.()).catch(() => null);
  const estimate = await Promise.resolve(browser.storage?.estimate?.()).catch(() => null);
  const room = estimate?.quota ? estimate.quota - (estimate.usage ?? 0) : null;
  const look = () => show(wordsOf({ battery: battery ?? null, room }));
  for (const name of ["levelchange", "chargingchange"]) battery?.addEventListener(name, look);
  look();
}
