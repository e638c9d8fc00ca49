// How somebody left the lobby: with camera and microphone on or off. Kept for the room in this tab alone.

const KEY = "viva-live-entrance";

/** @param {{camera: boolean, microphone: boolean}} state */
export function remember(state) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // both are off in the room then
  }
}

export function remembered() {
  try {
    return { camera: false, microphone: false, ...JSON.parse(sessionStorage.getItem(KEY) ?? "{}") };
  } catch {
    return { camera: false, microphone: false };
  }
}
