// What keeps a camera, a microphone or a recorder from working: which one it is, in words, and whether trying again can help.
import { gettext } from "../i18n.js";

/** A fault of a device or of the recorder. `device` is "camera", "microphone" or "video" (both, or which is unknown). */
export class DeviceError extends Error {
  /**
   * @param {string} name as DOMException has it, or one of our own below
   * @param {string} [device]
   * @param {unknown} [cause]
   */
  constructor(name, device, cause) {
    super(name, { cause });
    this.name = name;
    this.device = device;
  }
}

/** @param {string} device */
const missing = (device) => gettext("No %(device)s was found. Connect one, or switch it on, and try again.", { device });

/** @type {Record<string, (device: string) => string>} */
const HELP = {
  NotAllowedError: (device) => gettext("Your browser does not let this page use your %(device)s. Click the camera or lock sign beside the address, allow it, and try again. On a phone or a Mac, look into the system's privacy settings too.", { device }),
  NotFoundError: missing,
  OverconstrainedError: missing, // one that was chosen and is gone is replaced by any other before this is said
  NotReadableError: (device) => gettext("Your %(device)s cannot be started. Another program may be using it: close video calls and other tabs, then try again.", { device }),
  SecurityError: (device) => gettext("Your browser's settings forbid any page to use your %(device)s. Change them, or use another browser.", { device }),
  AbortError: (device) => gettext("Your %(device)s stopped while it was being started. Unplug it, plug it in again, and try again.", { device }),
  EndedError: (device) => gettext("Your %(device)s was switched off or unplugged.", { device }),
  InsecureError: (device) => gettext("This page can use your %(device)s only over a secure connection (https). Tell the person who sent you the link.", { device }),
  UnsupportedError: (device) => gettext("This browser does not offer pages a %(device)s. Open the link in a recent Chrome, Edge, Firefox or Safari, or answer in writing.", { device }),
  NoDataError: () => gettext("This browser's recorder delivers nothing, so the recording was stopped. Open the link in another browser, or answer in writing."),
  RecorderError: () => gettext("This browser's recorder failed. Open the link in another browser, or answer in writing."),
};

/** What another try in the same browser does not mend. */
const LASTING = ["InsecureError", "UnsupportedError", "SecurityError"];

/** @param {any} error */
export const canRetry = (error) => !LASTING.includes(error.name);

/** @type {Record<string, string>} */
const NAMES = { video: gettext("camera and microphone"), camera: gettext("camera"), microphone: gettext("microphone"), audio: gettext("microphone") };

/**
 * What happened and what to do next.
 * @param {any} error of `open` or `record`
 * @param {string} kind "video", "audio", "camera" or "microphone": what was asked for
 */
export function explain(error, kind) {
  const help = HELP[error.name] ?? ((/** @type {string} */ device) => gettext("Your %(device)s could not be started (%(error)s). Try again, or use another browser.", { device, error: error.name }));
  return help(NAMES[error.device ?? kind]);
}

/** Why there is no getUserMedia here: an insecure page, or a browser that has none. */
export function noDevices() {
  return new DeviceError(window.isSecureContext === false ? "InsecureError" : "UnsupportedError");
}

/** Faults that one of two devices may have while the other works. */
const OF_ONE = ["NotFoundError", "OverconstrainedError", "NotReadableError", "AbortError"];

/**
 * Whose fault it is, where camera and microphone were asked for together: each is tried by itself, and let go.
 * @param {any} error of getUserMedia
 * @returns {Promise<DeviceError>}
 */
export async function blame(error) {
  /** @param {MediaStreamConstraints} constraints */
  const fails = async (constraints) => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      for (const track of stream.getTracks()) track.stop();
      return false;
    } catch {
      return true;
    }
  };
  if (!OF_ONE.includes(error.name)) return new DeviceError(error.name, "video", error);
  const camera = await fails({ video: true });
  const microphone = await fails({ audio: true });
  return new DeviceError(error.name, camera === microphone ? "video" : camera ? "camera" : "microphone", error);
}
