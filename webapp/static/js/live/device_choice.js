// The lists of cameras and microphones, in the lobby and in the room.

/** Fill the two lists from `media.devices()`, and have a choice change the device. Returns a function that fills them anew. */
export function wireDevices(media, { locked = () => false } = {}) {
  const fill = async () => {
    const found = await media.devices();
    for (const name of ["camera", "microphone"]) {
      const select = document.getElementById(`device-${name}`);
      const known = found[name].filter(({ label }) => label);
      if (!media[name] && !known.some(({ id }) => id)) {
        select.replaceChildren(new Option(`Turn the ${name} on first`));
        select.disabled = true;
        continue;
      }
      const options = known.map(({ id, label, used }) => new Option(label, id, false, used));
      select.replaceChildren(...options);
      select.disabled = options.length < 2 || locked();
    }
  };
  for (const name of ["camera", "microphone"]) {
    document.getElementById(`device-${name}`).addEventListener("change", ({ target }) => media.choose(name, target.value));
  }
  navigator.mediaDevices?.addEventListener?.("devicechange", fill);
  return fill;
}
