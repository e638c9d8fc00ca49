// A video or sound file that somebody has already, in place of a recording.
import { gettext } from "../i18n.js";

/** Types by the endings of names, for browsers that do not say what a file is. */
const ENDINGS = { mp4: "video/mp4", m4v: "video/mp4", mov: "video/quicktime", webm: "video/webm", mkv: "video/x-matroska", m4a: "audio/mp4", mp3: "audio/mpeg", wav: "audio/wav", ogg: "audio/ogg", flac: "audio/flac" };

/**
 * The media type of a file without parameters; "" where it is neither video nor sound.
 * @param {{name: string, type: string}} file
 */
export function typeOf({ name, type }) {
  const said = type.split(";")[0].trim().toLowerCase();
  if (/^(video|audio)\/[a-z0-9.+-]{1,40}$/.test(said)) return said;
  const ending = /** @type {keyof typeof ENDINGS} */ (name.split(".").pop()?.toLowerCase() ?? "");
  return said ? "" : (ENDINGS[ending] ?? "");
}

/**
 * Why a file cannot stand in place of a recording, in words; "" where it may. The server looks into it all the same.
 * @param {{name: string, type: string, size: number}} file
 * @param {string} kind of the question: "video" or "audio"
 * @param {number} largest bytes that the server takes
 */
export function refused(file, kind, largest) {
  const type = typeOf(file);
  if (!type || (kind === "video" && !type.startsWith("video/"))) return kind === "video" ? gettext("Choose a video file.") : gettext("Choose a sound or video file.");
  if (!file.size) return gettext("This file is empty. Choose another one.");
  if (file.size > largest) return gettext("This file is larger than %(limit)s MB. Choose a smaller one.", { limit: Math.round(largest / 1024 ** 2) });
  return "";
}
