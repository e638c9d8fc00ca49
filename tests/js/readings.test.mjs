// What is read of everybody: which word stands for a person, where a box lies, and what it is called.
import assert from "node:assert/strict";
import { test } from "node:test";

import { setCatalogue } from "../../webapp/static/js/i18n.js";
import { placeOf } from "../../webapp/static/js/live/overlay.js";
import { Readings, dominant, statements } from "../../webapp/static/js/live/readings.js";

let now = 0;
globalThis.performance = { now: () => now };
globalThis.document = { documentElement: { lang: "en" } };

test("a box lies where the picture lies", () => {
  const wide = { videoWidth: 800, videoHeight: 400 };
  assert.deepEqual(placeOf({ width: 400, height: 400 }, wide, "cover"), { left: -0.5, top: 0, width: 2, height: 1 });
  assert.deepEqual(placeOf({ width: 400, height: 400 }, wide, "contain"), { left: 0, top: 0.25, width: 1, height: 0.5 });
});

test("one word stands for a person: fused before face before voice", () => {
  const face = (id, emotion) => ({ id, emotion, confidence: 0.8, probabilities: {} });
  const voice = { emotion: "fearful", confidence: 0.6, probabilities: {} };
  const fused = { emotion: "surprised", confidence: 0.7, probabilities: {}, valence: 0.1 };
  assert.equal(dominant({ faces: [face(0, "sad"), face(1, "happy")], followed: 1, voice: null, fused: null }).emotion, "happy");
  assert.deepEqual([dominant({ faces: [], voice, fused: null })].map(({ emotion, from }) => [emotion, from]), [["fear", "voice"]]);
  assert.deepEqual([dominant({ faces: [face(0, "sad")], voice, fused })].map(({ emotion, from }) => [emotion, from]), [["surprise", "face and voice"]]);
  assert.equal(dominant({ faces: [], voice: null, fused: null }), null);
  const readings = new Readings();
  now = 1000;
  readings.set("kim", { faces: [face(0, "sad"), face(1, "happy")], followed: 0, voice: null, fused });
  readings.set("sam", { faces: [face(0, "happy")], followed: 0, voice: null, fused: null });
  assert.deepEqual([...readings.present()].sort(), [["happy", 2], ["surprise", 1]]);
  now += 2600;
  assert.equal(readings.present().size, 0, "what is old is not now");
});

test("a tile makes one statement, or says what each was read from", () => {
  const face = { id: 0, emotion: "happy", confidence: 0.62, probabilities: {}, box: [0, 0, 1, 1] };
  const voice = { emotion: null, confidence: 0.3, probabilities: {} };
  const fused = { emotion: null, confidence: 0.4, probabilities: {} };
  const said = (reading, camera) => {
    const { faces, main } = statements({ followed: 0, ...reading }, camera);
    return [...faces, ...(main ? [main] : [])].map(({ kind, emotion }) => [kind, emotion]);
  };
  assert.deepEqual(said({ faces: [face], voice, fused }, true), [["Face", "happy"], ["Face and voice", null]]);
  assert.deepEqual(said({ faces: [face], voice: null, fused }, true), [["", "happy"]], "unclear in the corner says nothing more");
  assert.deepEqual(said({ faces: [face], voice, fused: null }, true), [["", "happy"]]);
  assert.deepEqual(said({ faces: [], voice, fused }, true), [["", null]]);
  assert.deepEqual(said({ faces: [face], voice: null, fused: null }, false), [["", "happy"]], "no picture to draw on");
});

test("words follow the page's language", async () => {
  setCatalogue({ locale: "de", messages: { "%(name)s looks %(emotion)s": "%(name)s wirkt %(emotion)s", "emotion\u0004happy": "fröhlich" } });
  const { changeSentence, emotionLabel, stateWords } = await import("../../webapp/static/js/live/words.js?german");
  assert.equal(changeSentence("Kim", "happy"), "Kim wirkt fröhlich");
  assert.equal(emotionLabel("happy"), "Fröhlich");
  assert.equal(changeSentence("Kim", "fearful"), "Kim wirkt afraid", "what the catalogue lacks is English");
  setCatalogue({});
  assert.equal(changeSentence("Kim", "fearful"), "Kim looks afraid");
  assert.equal(changeSentence("Kim", "fearful", true), "You look afraid");
  assert.equal(emotionLabel(null), "Not clear");
  assert.equal(stateWords("ok"), "");
});
