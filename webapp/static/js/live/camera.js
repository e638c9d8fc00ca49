// Single JPEG frames of a camera's track.

const LONGEST_SIDE = 640;
const QUALITY = 0.8;

/**
 * @param {any} canvas
 * @param {{type: string, quality: number}} type
 */
const toBlob = (canvas, type) =>
  canvas.convertToBlob ? canvas.convertToBlob(type) : new Promise((resolve) => canvas.toBlob(resolve, type.type, type.quality));

/** A small black picture: where the camera is off it asks for what the voice alone says. */
export async function blank() {
  /** @type {any} */
  const canvas = typeof OffscreenCanvas === "undefined" ? document.createElement("canvas") : new OffscreenCanvas(64, 48);
  Object.assign(canvas, { width: 64, height: 48 });
  canvas.getContext("2d", { alpha: false }).fillRect(0, 0, 64, 48);
  const blob = await toBlob(canvas, { type: "image/jpeg", quality: QUALITY });
  return { bytes: await blob.arrayBuffer(), at: performance.now() };
}

export class Frames {
  #video = document.createElement("video");
  /** @type {any} */
  #canvas = typeof OffscreenCanvas === "undefined" ? document.createElement("canvas") : new OffscreenCanvas(1, 1);

  /** @param {MediaStreamTrack} track */
  constructor(track) {
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = new MediaStream([track]);
    this.#video.play().catch(() => {});
  }

  /** The next picture: {bytes: ArrayBuffer, at: performance.now() when it was taken}, or null while there is none. */
  async next() {
    await this.#fresh();
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (!width) return null;
    const at = performance.now();
    const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.#canvas.width !== w || this.#canvas.height !== h) Object.assign(this.#canvas, { width: w, height: h });
    this.#canvas.getContext("2d", { alpha: false }).drawImage(this.#video, 0, 0, w, h);
    const blob = await toBlob(this.#canvas, { type: "image/jpeg", quality: QUALITY });
    return { bytes: await blob.arrayBuffer(), at };
  }

  /** Wait for a picture that has not been shown yet; a page in the background gets none and takes what is there. */
  #fresh() {
    if (!this.#video.requestVideoFrameCallback || document.hidden) return null;
    return new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
      const late = setTimeout(resolve, 120);
      this.#video.requestVideoFrameCallback(() => {
        clearTimeout(late);
        resolve();
      });
    });
  }

  close() {
    this.#video.srcObject = null;
  }
}
