// How often a frame is sent, and when a change of expression is told.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Changes } from "../../webapp/static/js/live/changes.js";
import { FASTEST, FrameRateControl, SLOWEST } from "../../webapp/static/js/live/frame_rate.js";

test("the frame rate stays between two and ten a second and follows the answers", () => {
  const control = new FrameRateControl();
  assert.equal(control.rate, 5);
  for (let count = 0; count < 100; count += 1) control.answered(20);
  assert.equal(control.interval, FASTEST);
  control.refused();
  assert.ok(control.interval > FASTEST);
  for (let count = 0; count < 50; count += 1) control.answered(900);
  assert.equal(control.interval, SLOWEST);
  control.answered(20);
  assert.ok(control.interval < SLOWEST);
});

test("a change is told when it has held on and was sure, and not too often", () => {
  const changes = new Changes();
  const happy = { emotion: "happy", confidence: 0.9 };
  const sad = { emotion: "sad", confidence: 0.9 };
  assert.equal(changes.see("kim", happy, 0), null);
  assert.equal(changes.see("kim", sad, 500), null); // a flicker
  assert.equal(changes.see("kim", happy, 700), null);
  assert.equal(changes.see("kim", null, 1500), null); // not clear: neither a change nor the end of one
  assert.equal(changes.see("kim", { emotion: "sad", confidence: 0.3 }, 1800), null);
  assert.equal(changes.see("kim", happy, 2300), "happy");
  assert.equal(changes.see("kim", happy, 9000), null);
  assert.equal(changes.see("kim", sad, 9100), null);
  assert.equal(changes.see("kim", sad, 11000), "sad");
  changes.see("kim", happy, 11100);
  assert.equal(changes.see("kim", happy, 14000), null); // it was told of a change five seconds ago at most
  assert.equal(changes.see("kim", happy, 16200), "happy");
});
