// Blurs what is behind a person, picture by picture, off the page's thread. Pictures come out as they went in, only that
// what the model takes for background is blurred; the person's own pixels are not touched.
//
// In, once: {readable, writable, files, least}. Out: {state: "ready" | "slow" | "failed", why}; after the last two, pictures go
// through unchanged.
// A classic worker, since the segmentation's code is a classic script.
import { Pace } from "../recording/pace.js";

/** The segmentation looks at pictures of this size. */
const LOOK = { width: 256, height: 144 };
/** The background is shrunk by this much before it is blurred, which is as good and far less work. */
const SHRINK = 8;

const scope = /** @type {any} */ (self);

/**
 * What the segmentation's loader asks of a page, of which a worker has none: a canvas to draw on, and scripts to load.
 * Its own way for workers does not know where to draw and fails at the first picture.
 */
function standInForPage() {
  scope.window = scope;
  scope.document = {
    addEventListener() {},
    body: {
      /** @param {{src: string, listeners: Record<string, () => void>}} script */
      appendChild(script) {
        scope.importScripts(script.src);
        script.listeners.load();
      },
    },
    /** @param {string} tag */
    createElement(tag) {
      if (tag === "canvas") return new OffscreenCanvas(1, 1);
      /** @type {{src: string, listeners: Record<string, () => void>, setAttribute: Function, addEventListener: Function}} */
      const script = {
        src: "",
        listeners: {},
        setAttribute: (/** @type {string} */ name, /** @type {string} */ value) => name === "src" && (script.src = value),
        addEventListener: (/** @type {string} */ name, /** @type {() => void} */ listener) => (script.listeners[name] = listener),
      };
      return script;
    },
  };
}

/**
 * The model, loaded and tried once. Returns what gives a mask for a picture: opaque where the person is.
 * @param {string} files where the segmentation's files are, with a slash at the end
 */
async function load(files) {
  standInForPage();
  scope.importScripts(`${files}selfie_segmentation.js`);
  const model = new scope.SelfieSegmentation({ locateFile: (/** @type {string} */ name) => files + name });
  model.setOptions({ modelSelection: 1, useCpuInference: true });
  /** @type {ImageBitmap | null} */
  let mask = null;
  model.onResults((/** @type {{segmentationMask: ImageBitmap, image: ImageBitmap}} */ seen) => {
    mask = seen.segmentationMask;
    seen.image?.close?.();
  });
  const canvas = new OffscreenCanvas(LOOK.width, LOOK.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const look = async (/** @type {CanvasImageSource} */ picture) => {
    context.drawImage(picture, 0, 0, LOOK.width, LOOK.height);
    await model.send({ image: canvas });
    return mask;
  };
  context.fillRect(0, 0, LOOK.width, LOOK.height);
  await model.initialize();
  await model.send({ image: canvas });
  return look;
}

/**
 * Draws pictures with a blurred background.
 * @param {(picture: CanvasImageSource) => Promise<ImageBitmap | null>} look
 */
function painter(look) {
  const [whole, small] = [new OffscreenCanvas(1, 1), new OffscreenCanvas(1, 1)];
  const on = /** @type {OffscreenCanvasRenderingContext2D} */ (whole.getContext("2d"));
  const behind = /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext("2d"));
  return async (/** @type {VideoFrame} */ frame) => {
    const { displayWidth: width, displayHeight: height } = frame;
    if (whole.width !== width || whole.height !== height) {
      [whole.width, whole.height] = [width, height];
      [small.width, small.height] = [Math.ceil(width / SHRINK), Math.ceil(height / SHRINK)];
      behind.filter = "blur(3px)";
    }
    const mask = await look(frame);
    behind.drawImage(frame, 0, 0, small.width, small.height);
    on.globalCompositeOperation = "copy";
    if (mask) {
      on.drawImage(mask, 0, 0, width, height);
      on.globalCompositeOperation = "source-in";
      on.drawImage(frame, 0, 0, width, height);
      on.globalCompositeOperation = "destination-over";
      mask.close();
    }
    on.drawImage(small, 0, 0, width, height);
    return new VideoFrame(whole, { timestamp: frame.timestamp, duration: frame.duration ?? undefined, alpha: "discard" });
  };
}

let on = true;

/** @param {{state: string, why?: string}} said */
function off(said) {
  on = false;
  scope.postMessage(said);
}

/** @param {{readable: ReadableStream<VideoFrame>, writable: WritableStream<VideoFrame>, files: string, least: number}} given */
async function run({ readable, writable, files, least }) {
  const pace = new Pace(least);
  let paint;
  try {
    paint = painter(await load(files));
  } catch (error) {
    off({ state: "failed", why: String(error) });
    return;
  }
  scope.postMessage({ state: "ready" });
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  for (;;) {
    const { done, value: frame } = await reader.read();
    if (done) break;
    const began = performance.now();
    let shown = frame;
    if (on) {
      try {
        shown = await paint(frame);
        frame.close();
      } catch (error) {
        off({ state: "failed", why: String(error) });
      }
    }
    await writer.write(shown);
    if (!on) continue;
    const ended = performance.now();
    pace.note(ended, ended - began);
    if (pace.isSlow) off({ state: "slow" });
  }
  await writer.close();
}

scope.addEventListener("message", (/** @type {MessageEvent} */ { data }) => run(data));
