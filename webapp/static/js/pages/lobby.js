// The lobby: camera and microphone off until somebody turns them on; nobody else sees or hears anything.
import { byId, find } from "../dom.js";
import { gettext } from "../i18n.js";
import { watchLevel } from "../recording/devices.js";
import { wireDevices } from "../live/device_choice.js";
import { remember } from "../live/join_state.js";
import { OwnMedia } from "../live/media.js";
import { canCall, cannotCallHere } from "../live/support.js";
import { initials } from "../live/tile.js";

let stopWatching = () => {};

const media = new OwnMedia({
  onChange(name, track) {
    if (name === "camera") {
      byId("preview").srcObject = track ? new MediaStream([track]) : null;
      byId("lobby-tile").dataset.camera = track ? "on" : "off";
      byId("lobby-words").hidden = Boolean(track);
    } else if (name === "microphone") listen(track);
    show();
  },
  onProblem: (words) => problem(words),
});
const fillDevices = wireDevices(media);

/** @param {string} words */
function problem(words) {
  byId("device-problem").textContent = words;
  byId("device-problem").hidden = !words;
}

/** @param {MediaStreamTrack | null} track */
function listen(track) {
  stopWatching();
  stopWatching = () => {};
  byId("level").value = 0;
  const on = media.state.microphone;
  byId("level-text").textContent = on ? gettext("Say something: the bar should move.") : gettext("Your microphone is off.");
  if (!on || !track) return;
  let heard = false;
  const showLevel = (/** @type {number} */ level) => {
    byId("level").value = level;
    if (!heard && level > 0.4) {
      heard = true;
      byId("level-text").textContent = gettext("We can hear you.");
    }
  };
  stopWatching = watchLevel(new MediaStream([track]), showLevel, () => {
    byId("level-text").textContent = gettext("Your microphone is on. This browser cannot show how loud you are.");
  });
}

function show() {
  for (const name of /** @type {const} */ (["camera", "microphone"])) byId(`lobby-${name}`).setAttribute("aria-pressed", String(media.state[name]));
  remember(media.state);
  fillDevices();
}

byId("lobby-camera").addEventListener("click", async () => {
  problem(canCall() ? "" : cannotCallHere());
  await media.setCamera(!media.state.camera);
  show();
});
byId("lobby-microphone").addEventListener("click", async () => {
  problem(canCall() ? "" : cannotCallHere());
  await media.setMicrophone(!media.state.microphone);
  show();
});
for (const id of ["lobby-camera", "lobby-microphone"]) byId(id).disabled = false;

const name = find(document, "#lobby-form [name=name]");
const letters = () => (byId("lobby-avatar").textContent = initials(name?.value) || "?");
name?.addEventListener("input", letters);
letters();

window.addEventListener("pagehide", () => {
  media.close();
  stopWatching();
});
show();
if (!canCall()) problem(cannotCallHere());
