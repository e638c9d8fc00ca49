// A black picture and a dead microphone: said after a while and taken back when it is mended.
import assert from "node:assert/strict";
import { test } from "node:test";

const { Health, isBlack, isDim } = await import("../../webapp/static/js/recording/health.js");

const picture = (pixel) => Uint8ClampedArray.from({ length: 32 * 24 * 4 }, (_, at) => (at % 4 === 3 ? 255 : pixel(Math.floor(at / 4))));
const fine = { black: false, level: 0.3, cameraMuted: false, microphoneMuted: false };

/** What is said after so many seconds of one state. */
function after(seconds, state, health = new Health(), from = 0) {
  let words;
  for (let now = from; now <= from + seconds; now += 1) words = health.look(now, { ...fine, ...state });
  return words;
}

test("black is dark throughout; a dark room with a lamp is not", () => {
  assert.equal(isBlack(picture(() => 0)), true);
  assert.equal(isBlack(picture((at) => 12 + (at % 5))), true); // a covered sensor's noise
  assert.equal(isBlack(picture((at) => (at % 40 === 0 ? 160 : 6))), false);
  assert.equal(isBlack(picture(() => 60)), false);
  assert.equal(isBlack([]), false);
});

test("a black picture is said within five seconds, and taken back", () => {
  const health = new Health();
  assert.equal(after(3, { black: true }, health).picture, "");
  assert.match(after(2, { black: true }, health, 4).picture, /black/);
  assert.equal(after(0, {}, health, 7).picture, "");
});

test("a microphone that sends nothing at all is dead; a silent person is not", () => {
  assert.match(after(9, { level: 0 }).sound, /No sound/);
  assert.equal(after(60, { level: 0.1 }).sound, "");
  assert.equal(after(60, { level: null }).sound, ""); // not measured
});

test("a device that is muted is said by its own name", () => {
  assert.match(after(3, { microphoneMuted: true }).sound, /microphone is muted/);
  assert.match(after(3, { cameraMuted: true }).picture, /camera sends no picture/);
});

test("a dark room is said, and a black picture as such", () => {
  assert.equal(isDim(picture(() => 30)), true);
  assert.equal(isDim(picture((at) => (at % 3 ? 30 : 120))), false);
  assert.equal(isDim([]), false);
  assert.match(after(7, { dim: true }).picture, /dark around you/);
  assert.equal(after(4, { dim: true }).picture, "");
  assert.match(after(7, { dim: true, black: true }).picture, /black/);
});

test("who speaks and is hard to hear is told; who is silent or loud now and then is not", () => {
  const health = new Health();
  let said;
  for (let now = 0; now < 20; now += 1) said = health.look(now, { ...fine, level: now % 2 ? 0.26 : 0.1 }).sound;
  assert.match(said, /hard to hear/);
  for (let now = 20; now < 40; now += 1) said = health.look(now, { ...fine, level: now % 5 ? 0.1 : 0.6 }).sound;
  assert.equal(said, "");
});
