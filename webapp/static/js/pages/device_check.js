// The device check: camera, microphone, connection, and a trial recording that stays in this browser.
import { close, explain, open, remember, remembered, watchLevel } from "../recording/devices.js";
import { mediaType } from "../recording/formats.js";
import { headers, request } from "../recording/http.js";
import { record } from "../recording/recorder.js";

const $ = (id) => document.getElementById(id);
const check = $("check");
const { kind, probe } = check.dataset;
const TRIAL_SECONDS = 10;
let stream = null;
let stopWatching = () => {};

function problem(text) {
  $("device-problem").textContent = text;
  $("device-problem").hidden = !text;
}

async function start(chosen) {
  problem("");
  stopWatching();
  close(stream);
  try {
    stream = await open(kind, chosen);
  } catch (error) {
    $("device-live").hidden = $("trial-panel").hidden = true;
    $("device-ask").hidden = false;
    problem(explain(error, kind));
    return;
  }
  $("device-ask").hidden = true;
  $("device-live").hidden = false;
  if (kind === "video") $("preview").srcObject = stream;
  let heard = false;
  stopWatching = watchLevel(stream, (level) => {
    $("level").value = level;
    if (!heard && level > 0.4) {
      heard = true;
      $("level-text").textContent = "We can hear you.";
    }
  });
  await listDevices();
  if (mediaType(kind)) $("trial-panel").hidden = false;
  else problem("This browser cannot record. Open the link in a recent Chrome, Edge, Firefox or Safari, or answer in writing.");
}

async function listDevices() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const used = stream.getTracks().map((track) => track.getSettings().deviceId);
  for (const [id, type] of [["camera", "videoinput"], ["microphone", "audioinput"]]) {
    const select = $(id);
    if (!select) continue;
    const found = devices.filter((device) => device.kind === type && device.deviceId);
    select.replaceChildren(
      ...found.map((device, index) => new Option(device.label || `${id} ${index + 1}`, device.deviceId, false, used.includes(device.deviceId))),
    );
    select.disabled = found.length < 2;
  }
}

for (const id of ["camera", "microphone"]) {
  $(id)?.addEventListener("change", () => {
    const chosen = { camera: $("camera")?.value, microphone: $("microphone").value };
    remember(chosen);
    start(chosen);
  });
}
$("device-start").addEventListener("click", () => start(remembered()));
$("device-start").disabled = false;

async function testConnection() {
  const says = $("connection");
  $("connection-again").hidden = true;
  says.textContent = "Testing your connection …";
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
    says.textContent =
      megabits > 2
        ? "Your connection is good: recordings are sent while you speak."
        : `Your connection is slow (about ${megabits.toFixed(1)} Mbit/s). Recordings will still arrive, a while after you stop.`;
  } catch (error) {
    says.textContent = error.status
      ? error.message
      : "We cannot be reached just now. Check your network and test again. What you record stays in your browser until it can be sent.";
  }
  $("connection-again").hidden = false;
}
$("connection-again").addEventListener("click", testConnection);
testConnection();

let trial = null;
$("trial").addEventListener("click", () => {
  if (trial) {
    trial.stop();
    return;
  }
  const slices = [];
  const player = $("trial-player");
  if (player.src) URL.revokeObjectURL(player.src);
  player.hidden = true;
  $("trial").textContent = "Stop";
  const type = mediaType(kind);
  trial = record(stream, {
    type,
    limit: TRIAL_SECONDS,
    onSlice: (slice) => slices.push(slice),
    onTick: (left) => {
      $("trial-status").textContent = `Recording, ${Math.ceil(left)} seconds left`;
    },
    onEnd(error) {
      trial = null;
      $("trial").textContent = "Record another trial";
      if (error) {
        $("trial-status").textContent = explain(error, kind);
        return;
      }
      player.src = URL.createObjectURL(new Blob(slices, { type }));
      player.hidden = false;
      $("trial-status").textContent = `Here it is. Can you ${kind === "video" ? "see and hear" : "hear"} yourself well?`;
    },
  });
});
window.addEventListener("pagehide", () => close(stream));
