// Records a clip into the form's own file field: the form is sent as if a file had been chosen.
import { byId, find } from "../dom.js";
import { gettext } from "../i18n.js";
import { close, explain, open } from "../recording/devices.js";
import { mediaType } from "../recording/formats.js";
import { record } from "../recording/recorder.js";
import { announce, clock, countdown } from "../recording/speak.js";

const form = byId("clip");
const field = byId("clip-file");
const limit = Number(form.dataset.limit);
/** @type {MediaStream | null} */
let stream = null;
/** @type {{stop: () => void} | null} */
let recording = null;
const kind = () => find(form, 'input[name="with"]:checked').value;

/** @param {string} text */
function problem(text) {
  byId("device-problem").textContent = text;
  byId("device-problem").hidden = !text;
}

/** @param {boolean} on */
function show(on) {
  byId("sign").hidden = byId("stop").hidden = !on;
  byId("record").hidden = on;
  byId("clip-stage").hidden = !(on && kind() === "video");
  for (const choice of form.querySelectorAll('input[name="with"]')) choice.disabled = on;
  (on ? byId("stop") : byId("status")).focus();
  if (!on) byId("time-left").textContent = clock(limit);
}

/**
 * @param {Blob[]} slices
 * @param {string} type
 */
function keep(slices, type) {
  const plain = type.split(";")[0];
  const file = new File(slices, plain.includes("mp4") ? "recording.mp4" : "recording.webm", { type: plain });
  const transfer = new DataTransfer();
  transfer.items.add(file);
  field.files = transfer.files;
  const player = byId("player");
  if (player.src) URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(file);
  player.hidden = false;
  byId("record").textContent = gettext("Record it again");
  byId("status").textContent = gettext("Recorded. Look at it, then save.");
  announce(byId("status").textContent);
}

byId("record").addEventListener("click", async () => {
  problem("");
  const type = mediaType(kind());
  if (!type) return problem(gettext("This browser cannot record. Choose a file below."));
  byId("player").pause();
  close(stream);
  try {
    stream = await open(kind());
  } catch (error) {
    return problem(explain(error, kind()));
  }
  if (kind() === "video") byId("preview").srcObject = stream;
  /** @type {Blob[]} */
  const slices = [];
  try {
    recording = record(stream, {
      type,
      limit,
      onSlice: (slice) => slices.push(slice),
      onTick: (left) => (byId("time-left").textContent = countdown(left)),
      onEnd(error) {
        recording = null;
        show(false);
        close(stream);
        if (error) problem(explain(error, kind()));
        if (slices.length) keep(slices, type);
      },
    });
  } catch (error) {
    close(stream);
    return problem(explain(error, kind()));
  }
  byId("status").textContent = gettext("Recording");
  show(true);
});
byId("stop").addEventListener("click", () => recording?.stop());
form.addEventListener("submit", (/** @type {Event} */ event) => {
  const file = field.files?.[0];
  if (!file || file.size <= Number(form.dataset.largest)) return;
  event.preventDefault();
  problem(gettext("This file is larger than %(limit)s MB. Choose a smaller one.", { limit: Math.round(Number(form.dataset.largest) / 1024 ** 2) }));
});
byId("clip-recorder").hidden = typeof DataTransfer === "undefined";
window.addEventListener("pagehide", () => close(stream));
