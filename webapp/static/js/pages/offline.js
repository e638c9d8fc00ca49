// The page without a network: it says what still waits in this browser, and goes when the server answers again.
import { byId } from "../dom.js";
import { ngettext } from "../i18n.js";
import { StoredTake } from "../recording/store.js";

const PAUSE = 5000;
const again = () => window.location.reload();

/** A server that was away alone sends no "online": it is asked. */
async function ask() {
  const answer = await fetch("/manifest.webmanifest", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) again();
  else window.setTimeout(ask, PAUSE);
}

byId("again").addEventListener("click", again);
window.addEventListener("online", again);
window.setTimeout(ask, PAUSE);
StoredTake.count().then((count) => {
  const words = byId("waiting");
  words.hidden = count === 0;
  words.textContent = ngettext("%(num)s recording waits in this browser and is sent when you are connected again.", "%(num)s recordings wait in this browser and are sent when you are connected again.", count);
});
