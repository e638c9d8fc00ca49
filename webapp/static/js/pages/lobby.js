// The lobby: camera and microphone off until somebody turns them on; nobody else sees or hears anything.
import { watchLevel } from "../recording/devices.js";
import { wireDevices } from "../live/device_choice.js";
import { remember, remembered } from "../live/entrance.js";
import { OwnMedia } from "../live/media.js";
import { initials } from "../live/tile.js";

const $ = (id) => document.getElementById(id);
let stopWatching = () => {};

const media = new OwnMedia({
  onChange(name, track) {
    if (name === "camera") {
      $("preview").srcObject = track ? new MediaStream([track]) : null;
      $("lobby-tile").dataset.camera = track ? "on" : "off";
      $("lobby-words").hidden = Boolean(track);
    } else if (name === "microphone") listen(track);
    show();
  },
  onProblem: (words) => problem(words),
});
const fillDevices = wireDevices(media);

function problem(words) {
  $("device-problem").textContent = words;
  $("device-problem").hidden = !words;
}

function listen(track) {
  stopWatching();
  stopWatching = () => {};
  $("level").value = 0;
  const on = media.state.microphone;
  $("level-text").textContent = on ? "Say something: the bar should move." : "Your microphone is off.";
  if (!on) return;
  let heard = false;
  stopWatching = watchLevel(new MediaStream([track]), (level) => {
    $("level").value = level;
    if (!heard && level > 0.4) {
      heard = true;
      $("level-text").textContent = "We can hear you.";
    }
  });
}

function show() {
  for (const name of ["camera", "microphone"]) $(`lobby-${name}`).setAttribute("aria-pressed", String(media.state[name]));
  remember(media.state);
  fillDevices();
}

$("lobby-camera").addEventListener("click", async () => {
  problem("");
  await media.setCamera(!media.state.camera);
  show();
});
$("lobby-microphone").addEventListener("click", async () => {
  problem("");
  await media.setMicrophone(!media.state.microphone);
  show();
});
for (const id of ["lobby-camera", "lobby-microphone"]) $(id).disabled = false;

const name = document.querySelector("#lobby-form [name=name]");
const letters = () => ($("lobby-avatar").textContent = initials(name?.value) || "?");
name?.addEventListener("input", letters);
letters();

window.addEventListener("pagehide", () => {
  media.close();
  stopWatching();
});
show();
