// The settings of the panel, kept in this browser.
import { byId } from "../dom.js";

const BOXES = { overlays: "set-overlays", popups: "set-popups", speech: "set-speech", live: "set-live", keysOn: "set-keys" };

/**
 * @param {import("./preferences.js").Preferences} preferences
 * @param {{keys: {refresh: () => void}}} options
 */
export function wireSettings(preferences, { keys }) {
  for (const [name, id] of Object.entries(BOXES)) {
    const box = byId(id);
    if (!box) continue;
    box.checked = preferences.get(name);
    box.addEventListener("change", () => {
      preferences.set(name, box.checked);
      if (name === "keysOn") keys.refresh();
    });
  }
}
