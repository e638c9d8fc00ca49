// The device check: camera, microphone, connection, and a trial recording that stays in this browser.
import { byId } from "../dom.js";
import { decimal, gettext, ngettext } from "../i18n.js";
import { canRetry, close, explain, open, remember, remembered, watchLevel } from "../recording/devices.js";
import { mediaType } from "../recording/formats.js";
import { headers, patchArrives, rememberPatchIsBlocked, request, wordsFor } from "../recording/http.js";
import { record } from "../recording/recorder.js";

const check = byId("check");
const { kind, probe } = check.dataset;
const TRIAL_SECONDS = 10;
/** @type {MediaStream | null} */
let stream = null;
let stopWatching = () => {};

/** @param {string} text */
function problem(text) {
  byId("device-problem").textContent = text;
  byId("device-problem").hidden = !text;
}

/** @param {{camera?: string, microphone?: string}} chosen */
async function start(chosen) {
  problem("");
  stopWatching();
  close(stream);
  try {
    stream = await open(kind, chosen);
  } catch (error) {
    byId("device-live").hidden = byId("trial-panel").hidden = true;
    byId("device-ask").hidden = false;
    byId("device-start").hidden = !canRetry(error);
    problem(explain(error, kind));
    return;
  }
  byId("device-ask").hidden = true;
  byId("device-live").hidden = false;
  if (kind === "video") byId("preview").srcObject = stream;
  let heard = false;
  stopWatching = watchLevel(
    stream,
    (level) => {
      byId("level").value = level;
      if (!heard && level > 0.4) {
        heard = true;
        byId("level-text").textContent = gettext("We can hear you.");
      }
    },
    () => {
      byId("level").hidden = true;
      byId("level-text").textContent = gettext("This browser cannot show how loud you are: record a test and listen to it.");
    },
  );
  await listDevices().catch((error) => console.warn("Viva: devices are not listed", error));
  if (mediaType(kind)) byId("trial-panel").hidden = false;
  else problem(gettext("This browser cannot record. Open the link in a recent Chrome, Edge, Firefox or Safari, or answer in writing."));
}

async function listDevices() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const used = (stream?.getTracks() ?? []).map((track) => track.getSettings().deviceId);
  for (const [id, type] of [["camera", "videoinput"], ["microphone", "audioinput"]]) {
    const select = byId(id);
    if (!select) continue;
    const found = devices.filter((device) => device.kind === type && device.deviceId);
    select.replaceChildren(
      ...found.map((device, index) => new Option(device.label || `${id === "camera" ? gettext("Camera") : gettext("Microphone")} ${index + 1}`, device.deviceId, false, used.includes(device.deviceId))),
    );
    select.disabled = found.length < 2;
  }
}

for (const id of ["camera", "microphone"]) {
  byId(id)?.addEventListener("change", () => {
    const chosen = { camera: byId("camera")?.value, microphone: byId("microphone").value };
    remember(chosen);
    start(chosen);
  });
}
byId("device-start").addEventListener("click", () => start(remembered()));
byId("device-start").disabled = false;

async function testConnection() {
  const says = byId("connection");
  byId("connection-again").hidden = true;
  says.textContent = gettext("Testing your connection …");
  const bytes = new Uint8Array(384 * 1024);
  for (let at = 0; at < bytes.length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  try {
    const began = performance.now();
    await request(probe, {
      method: "POST",
      headers: headers({ "Content-Type": "application/octet-stream" }),
      body: bytes,
    });
    const megabits = (bytes.length * 8) / 1e6 / ((performance.now() - began) / 1000);
    const blocked = !(await patchArrives(probe));
    rememberPatchIsBlocked(blocked);
    const way = blocked ? gettext("A proxy on your network blocks the usual way of sending recordings (PATCH), so they are sent in another way (POST).") : "";
    const speed =
      megabits > 2
        ? gettext("Your connection is good: recordings are sent while you speak.")
        : gettext("Your connection is slow (about %(speed)s Mbit/s). Recordings will still arrive, a while after you stop.", { speed: decimal(megabits, 1) });
    says.textContent = [speed, way].filter(Boolean).join(" ");
  } catch (error) {
    says.textContent = wordsFor(error, gettext("We cannot be reached just now. Check your network and test again. What you record stays in your browser until it can be sent."));
  }
  byId("connection-again").hidden = false;
}
byId("connection-again").addEventListener("click", testConnection);
testConnection();

/** @type {{stop: () => void} | null} */
let trial = null;
byId("trial").addEventListener("click", () => {
  if (trial) {
    trial.stop();
    return;
  }
  /** @type {Blob[]} */
  const slices = [];
  const player = byId("trial-player");
  if (player.src) URL.revokeObjectURL(player.src);
  player.hidden = true;
  const type = mediaType(kind);
  if (!stream || !type) return;
  byId("trial").textContent = gettext("Stop");
  const ended = (/** @type {string} */ words) => {
    trial = null;
    byId("trial").textContent = gettext("Record another trial");
    byId("trial-status").textContent = words;
  };
  /** @type {Parameters<typeof record>[1]} */
  const options = {
    type,
    limit: TRIAL_SECONDS,
    onSlice: (slice) => slices.push(slice),
    onTick: (left) => {
      byId("trial-status").textContent = ngettext("Recording, %(num)s second left", "Recording, %(num)s seconds left", Math.ceil(left));
    },
    onEnd(error) {
      if (error) return ended(explain(error, kind));
      if (!slices.length) return ended(explain({ name: "NoDataError" }, kind));
      ended(kind === "video" ? gettext("Here it is. Can you see and hear yourself well?") : gettext("Here it is. Can you hear yourself well?"));
      player.src = URL.createObjectURL(new Blob(slices, { type }));
      player.hidden = false;
    },
  };
  try {
    trial = record(stream, options);
  } catch (error) {
    console.warn("Viva: the recorder does not start", error.cause ?? error);
    ended(explain(error, kind));
  }
});
window.addEventListener("pagehide", () => close(stream));
