// A practice question with the very recorder: nothing is sent or stored, and it is gone with the page.
import { byId } from "../dom.js";
import { gettext } from "../i18n.js";
import { Backdrop } from "../recording/blur.js";
import { canRetry, close, explain, open, watchLevel } from "../recording/devices.js";
import { mediaType } from "../recording/formats.js";
import { record } from "../recording/recorder.js";
import { announce, clock, countdown } from "../recording/speak.js";

const page = byId("warmup");
const { kind } = page.dataset;
const limit = Number(page.dataset.limit);
/** @type {MediaStream | null} what the devices give */
let given = null;
/** @type {MediaStream | null} what is shown and recorded */
let stream = null;
const backdrop = new Backdrop();
/** @type {{stop: () => void} | null} */
let recording = null;

/** @param {string} text */
function problem(text) {
  byId("device-problem").textContent = text;
  byId("device-problem").hidden = !text;
}

async function devices() {
  try {
    given = await open(kind);
  } catch (error) {
    problem(explain(error, kind));
    byId("record").hidden = !canRetry(error);
    return null;
  }
  problem("");
  stream = await backdrop.take(given);
  if (kind === "video") byId("preview").srcObject = stream;
  const level = byId("level");
  watchLevel(stream, (value) => (level.value = value), () => (level.hidden = true));
  return stream;
}

backdrop.onStream = (other) => {
  stream = other;
  byId("record").disabled = !other;
  if (other) byId("preview").srcObject = other;
};

/** @param {boolean} on */
function show(on) {
  backdrop.hold(on);
  byId("sign").hidden = !on;
  byId("record").hidden = on;
  byId("stop").hidden = !on;
  (on ? byId("stop") : byId("status")).focus();
  if (!on) byId("time-left").textContent = clock(limit);
}

byId("record").addEventListener("click", async () => {
  const type = mediaType(kind);
  const there = stream?.active ? stream : await devices();
  if (!there) return;
  if (!type) return problem(gettext("This browser cannot record. Open the link in a recent Chrome, Edge, Firefox or Safari, or answer in writing."));
  /** @type {Blob[]} */
  const slices = [];
  const player = byId("player");
  if (player.src) URL.revokeObjectURL(player.src);
  player.hidden = true;
  try {
    recording = record(there, {
      type,
      limit,
      onSlice: (slice) => slices.push(slice),
      onTick: (left) => (byId("time-left").textContent = countdown(left)),
      onEnd(error) {
        recording = null;
        show(false);
        if (error) problem(explain(error, kind));
        if (!slices.length) return;
        player.src = URL.createObjectURL(new Blob(slices, { type }));
        player.hidden = false;
        byId("status").textContent = gettext("This is how it looks and sounds. It is in this page alone, and gone when you leave.");
        announce(byId("status").textContent);
        byId("record").textContent = gettext("Try again");
      },
    });
  } catch (error) {
    return problem(explain(error, kind));
  }
  byId("status").textContent = gettext("Recording");
  show(true);
});
byId("stop").addEventListener("click", () => recording?.stop());
byId("record").disabled = false;
window.addEventListener("pagehide", () => {
  close(given);
  close(stream);
});
devices();
