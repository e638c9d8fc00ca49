// The lists of cameras and microphones, in the lobby and in the room.
import { byId } from "../dom.js";
import { gettext } from "../i18n.js";

/** Fill the two lists from `media.devices()`, and have a choice change the device. Returns a function that fills them anew. */
/**
 * @param {import("./media.js").OwnMedia} media
 * @param {{locked?: () => boolean}} [options]
 */
export function wireDevices(media, { locked = () => false } = {}) {
  const fill = async () => {
    const found = await media.devices();
    for (const name of /** @type {const} */ (["camera", "microphone"])) {
      const select = byId(`device-${name}`);
      const known = found[name].filter(({ label }) => label);
      if (!media[name] && !known.some(({ id }) => id)) {
        select.replaceChildren(new Option(name === "camera" ? gettext("Turn the camera on first") : gettext("Turn the microphone on first")));
        select.disabled = true;
        continue;
      }
      const options = known.map(({ id, label, used }) => new Option(label, id, false, used));
      select.replaceChildren(...options);
      select.disabled = options.length < 2 || locked();
    }
  };
  for (const name of ["camera", "microphone"]) {
    byId(`device-${name}`).addEventListener("change", (/** @type {{target: HTMLSelectElement}} */ { target }) => media.choose(name, target.value));
  }
  navigator.mediaDevices?.addEventListener?.("devicechange", fill);
  return fill;
}
