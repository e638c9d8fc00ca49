// Which format is recorded, and how often a slice is asked for.
import assert from "node:assert/strict";
import { test } from "node:test";

import { mediaType, timeslice } from "../../webapp/static/js/recording/formats.js";

const browser = (types, vendor = "") => {
  globalThis.MediaRecorder = { isTypeSupported: (type) => types.includes(type) };
  Object.defineProperty(globalThis, "navigator", { value: { vendor }, configurable: true });
};

test("the first type that a browser has is used", () => {
  browser(["video/webm", "video/webm;codecs=vp9,opus", "audio/webm"]);
  assert.equal(mediaType("video"), "video/webm;codecs=vp9,opus");
  assert.equal(mediaType("audio"), "audio/webm");
  browser(["video/mp4"], "Apple Computer, Inc.");
  assert.equal(mediaType("video"), "video/mp4");
  assert.equal(mediaType("audio"), null);
  delete globalThis.MediaRecorder;
  assert.equal(mediaType("video"), null, "a browser without a recorder");
});

test("Safari's mp4 gets longer slices, others a second", () => {
  browser([], "Apple Computer, Inc.");
  assert.equal(timeslice("video/mp4"), 5000);
  assert.equal(timeslice("video/webm"), 1000);
  browser([], "Google Inc.");
  assert.equal(timeslice("video/mp4"), 1000);
});
