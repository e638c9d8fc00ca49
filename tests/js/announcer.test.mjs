// The voice that tells changes, and its manners.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Announcer } from "../../webapp/static/js/live/announcer.js";

let now = 0;
const intervals = [];
const realSetInterval = globalThis.setInterval;
globalThis.performance = { now: () => now };
globalThis.document = { documentElement: { lang: "en" } };
globalThis.window = {};

test("the voice is polite: changes only, never over somebody, not too often, nothing stale", () => {
  globalThis.setInterval = (turn) => intervals.push(turn) && 1;
  const spoken = [];
  let talking = false;
  const synthesis = { speaking: false, speak: (utterance) => spoken.push(utterance.text), cancel: () => (spoken.push("(stops)"), (synthesis.speaking = false)) };
  window.speechSynthesis = synthesis;
  globalThis.SpeechSynthesisUtterance = class {
    constructor(text) {
      this.text = text;
    }
  };
  const region = { textContent: "" };
  const wants = { speech: true, live: true, popups: false };
  now = 10_000;
  const announcer = new Announcer({ preferences: { get: (name) => wants[name] }, voices: { anybody: () => talking }, region, popups: null });
  globalThis.setInterval = realSetInterval;
  const turn = intervals.at(-1);
  talking = true;
  announcer.change("kim", "Kim", "happy");
  turn();
  assert.deepEqual(spoken, []);
  assert.equal(region.textContent, "Kim looks happy", "a screen reader has its own manners");
  now += 7000;
  talking = false;
  turn();
  assert.deepEqual(spoken, [], "what could not be said in time is not said");
  announcer.change("kim", "Kim", "sad");
  announcer.change("kim", "Kim", "happy");
  announcer.change("sam", "Sam", "calm");
  turn();
  turn();
  assert.deepEqual(spoken, ["Kim looks happy"], "the latest of each, one at a time");
  now += 4100;
  turn();
  assert.deepEqual(spoken, ["Kim looks happy", "Sam looks calm"]);
  synthesis.speaking = true;
  talking = true;
  turn();
  assert.equal(spoken.at(-1), "(stops)", "somebody begins to speak");
  wants.speech = false;
  talking = false;
  now += 10_000;
  announcer.change("kim", "Kim", "angry");
  turn();
  assert.equal(spoken.length, 3);
});
