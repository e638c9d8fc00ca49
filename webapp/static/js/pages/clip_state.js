// Waits until a clip is checked and its captions are written, and loads the page again then.
import { byId } from "../dom.js";
import { getJson } from "../recording/http.js";

const place = byId("clip-state");
/** @type {string} */
let first;

async function look() {
  const found = await getJson(place.dataset.state).catch(() => null);
  const now = found && `${found.state} ${found.captions}`;
  first ??= now;
  if (now && (now !== first || (found.state !== "checking" && found.captions !== "waiting"))) window.location.reload();
  else setTimeout(look, 2000);
}

look();
