// From the sound card's rate to 16 kHz.
import assert from "node:assert/strict";
import { test } from "node:test";

import { resampler } from "../../webapp/static/js/live/resample.js";

const rms = (samples) => Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
const sine = (hertz, rate, count) => Float32Array.from({ length: count }, (_, index) => 0.5 * Math.sin((2 * Math.PI * hertz * index) / rate));

test("a tone keeps its pitch and loudness at 16 kHz, whatever the blocks", () => {
  for (const rate of [48000, 44100, 16000]) {
    const sound = sine(1000, rate, rate);
    const whole = resampler(rate)(sound);
    const one = resampler(rate);
    const parts = [];
    for (let at = 0; at < sound.length; at += 128) parts.push(...one(sound.subarray(at, at + 128)));
    assert.ok(Math.abs(parts.length - 16000) < 40, `${rate}: ${parts.length}`);
    assert.ok(parts.every((value, index) => Math.abs(value - (whole[index] ?? value)) <= 1), "blocks leave no seam");
    const steady = parts.slice(200, -200).map((value) => value / 32767);
    assert.ok(Math.abs(rms(steady) - 0.5 / Math.SQRT2) < 0.01, `${rate}: ${rms(steady)}`);
    const crossings = steady.filter((value, index) => index && value >= 0 && steady[index - 1] < 0).length;
    assert.ok(Math.abs(crossings / (steady.length / 16000) - 1000) < 2);
  }
});

test("what is too high for 16 kHz does not fold back", () => {
  const heard = resampler(48000)(sine(11000, 48000, 48000)).slice(200, -200);
  assert.ok(rms([...heard].map((value) => value / 32767)) < 0.005);
});
