// The recorder: one that does not start, that delivers nothing, that loses a device, and that never says it has stopped.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

const { record } = await import("../../webapp/static/js/recording/recorder.js");

let last;
class Recorder {
  state = "inactive";
  constructor() {
    last = this;
  }
  start() {
    this.state = "recording";
  }
  stop() {
    this.state = "inactive";
    if (!this.deaf) this.onstop();
  }
  requestData() {}
}

const track = (kind) => Object.assign(new EventTarget(), { kind });
const stream = (tracks) => ({ getTracks: () => tracks });
const slice = { size: 5 };

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  Object.defineProperty(globalThis, "navigator", { value: { vendor: "" }, configurable: true });
  globalThis.MediaRecorder = Recorder;
});

function begin(tracks = []) {
  const seen = { slices: [], ends: [] };
  seen.controls = record(stream(tracks), { type: "video/webm", limit: 60, onSlice: (blob) => seen.slices.push(blob), onTick: () => {}, onEnd: (error) => seen.ends.push(error?.name ?? null) });
  return seen;
}

test("a recorder that does not start says so and leaves nothing running", () => {
  globalThis.MediaRecorder = class extends Recorder {
    start() {
      throw new DOMException("no", "UnknownError");
    }
  };
  assert.throws(() => begin(), { name: "RecorderError" });
});

test("a recorder that delivers nothing is noticed within five seconds", () => {
  const seen = begin();
  mock.timers.tick(4400);
  assert.deepEqual(seen.ends, []);
  mock.timers.tick(200);
  assert.deepEqual(seen.ends, ["NoDataError"]);
});

test("one that delivers goes on until it is stopped", () => {
  const seen = begin();
  last.ondataavailable({ data: slice });
  mock.timers.tick(9000);
  assert.deepEqual([seen.ends, seen.slices], [[], [slice]]);
  seen.controls.stop();
  assert.deepEqual(seen.ends, [null]);
});

test("the device that was unplugged is the one that is named", () => {
  const camera = track("video");
  const ended = [];
  record(stream([camera, track("audio")]), { type: "video/webm", limit: 60, onSlice: () => {}, onTick: () => {}, onEnd: (error) => ended.push([error.name, error.device]) });
  camera.dispatchEvent(new Event("ended"));
  assert.deepEqual(ended, [["EndedError", "camera"]]);
});

test("one that never says that it has stopped is not waited for", () => {
  const seen = begin();
  last.ondataavailable({ data: slice });
  last.deaf = true;
  seen.controls.stop();
  seen.controls.stop();
  mock.timers.tick(9000);
  assert.deepEqual(seen.ends, []);
  mock.timers.tick(2000);
  assert.deepEqual(seen.ends, [null]);
});
