// Which of MediaRecorder's formats to use, and how often to ask for a slice.

const VIDEO = [
  "video/webm;codecs=vp8,opus", // decodes fastest on the server
  "video/webm;codecs=vp9,opus",
  "video/webm",
  "video/mp4;codecs=avc1.42E01E,mp4a.40.2", // Safari
  "video/mp4",
];
const AUDIO = ["audio/webm;codecs=opus", "audio/webm", "audio/mp4;codecs=mp4a.40.2", "audio/mp4", "audio/ogg;codecs=opus"];

/**
 * The first type that this browser records, or null where it records none. kind is "video" or "audio".
 * @param {string} kind
 */
export function mediaType(kind) {
  if (typeof MediaRecorder === "undefined") return null;
  return (kind === "video" ? VIDEO : AUDIO).find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/**
 * Milliseconds between slices: what a reload may cost at most is what the recorder has not handed over yet. Safari's
 * mp4 came out empty below five seconds in some versions.
 * @param {string} type
 */
export function timeslice(type) {
  return type.includes("mp4") && navigator.vendor.startsWith("Apple") ? 5000 : 1000;
}

export const BITS = { videoBitsPerSecond: 1_200_000, audioBitsPerSecond: 64_000 };

export const CONSTRAINTS = {
  video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 25, max: 30 }, facingMode: "user" },
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};
