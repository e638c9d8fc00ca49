// Words for devices that fail: the one that does, and no advice that cannot help.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

globalThis.window = { isSecureContext: true };
globalThis.sessionStorage = { getItem: () => null, setItem: () => {} };

const { canRetry, explain, open, watchLevel } = await import("../../webapp/static/js/recording/devices.js");

let working;
const asked = [];
const stream = { getTracks: () => [{ stop: () => {} }] };
const fault = (name) => Object.assign(new Error(name), { name });
const devices = {
  async getUserMedia(constraints) {
    asked.push(constraints);
    const wanted = Object.keys(constraints).filter((kind) => constraints[kind]);
    if (constraints.video?.deviceId || constraints.audio?.deviceId) throw fault("NotFoundError");
    const broken = wanted.find((kind) => working[kind] !== true);
    if (broken) throw fault(working[broken]);
    return stream;
  },
};

beforeEach(() => {
  Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: devices }, configurable: true });
  globalThis.window.isSecureContext = true;
  asked.length = 0;
});

const failure = async (kind, chosen = {}) => open(kind, chosen).then(() => assert.fail("it opened"), (error) => error);

test("the device that fails is the one that is named", async () => {
  working = { video: "NotReadableError", audio: true };
  assert.match(explain(await failure("video"), "video"), /^Your camera cannot be started/);
  working = { video: true, audio: "AbortError" };
  assert.match(explain(await failure("video"), "video"), /^Your microphone stopped/);
  working = { video: "NotFoundError", audio: "NotFoundError" };
  assert.match(explain(await failure("video"), "video"), /^No camera and microphone was found/);
  assert.match(explain(await failure("audio"), "audio"), /^No microphone was found/);
  working = { video: "NotAllowedError", audio: "NotAllowedError" };
  asked.length = 0;
  assert.match(explain(await failure("video"), "video"), /does not let this page/);
  assert.equal(asked.length, 1); // nobody is asked again for what they refused
});

test("a device that is missing was not chosen; one that was is replaced", async () => {
  working = { video: "OverconstrainedError", audio: true };
  const words = explain(await failure("video"), "video");
  assert.match(words, /^No camera was found/);
  assert.doesNotMatch(words, /chosen/);
  working = { video: true, audio: true };
  assert.equal(await open("video", { camera: "gone" }), stream);
});

test("a browser without getUserMedia is blamed on https only where the page is insecure", async () => {
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  const unsupported = await failure("video");
  assert.doesNotMatch(explain(unsupported, "video"), /https/);
  globalThis.window.isSecureContext = false;
  const insecure = await failure("video");
  assert.match(explain(insecure, "video"), /https/);
  assert.deepEqual([unsupported, insecure, fault("NotReadableError")].map(canRetry), [false, false, true]);
  assert.doesNotMatch(explain(new TypeError("a fault of ours"), "video"), /https/);
});

test("a meter that cannot be made keeps nobody from going on", () => {
  globalThis.AudioContext = class {
    constructor() {
      throw new DOMException("no", "NotSupportedError");
    }
  };
  let missing = 0;
  const stop = watchLevel({ getAudioTracks: () => [{}] }, () => {}, () => (missing += 1));
  stop();
  assert.equal(missing, 1);
});
