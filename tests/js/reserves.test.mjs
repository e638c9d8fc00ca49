// A low battery and a full disk are said in time, and only where the browser tells of them.
import assert from "node:assert/strict";
import { test } from "node:test";

const { watchReserves, wordsOf } = await import("../../webapp/static/js/recording/reserves.js");

test("what will not last is said", () => {
  assert.match(wordsOf({ battery: { level: 0.1, charging: false } }), /battery is low/);
  assert.equal(wordsOf({ battery: { level: 0.1, charging: true } }), "");
  assert.equal(wordsOf({ battery: { level: 0.5, charging: false } }), "");
  assert.match(wordsOf({ room: 10_000_000 }), /little room/);
  assert.equal(wordsOf({ room: 1_000_000_000 }), "");
  assert.equal(wordsOf({}), "");
});

test("a battery that runs down is said when it does, and a browser that tells nothing changes nothing", async () => {
  const listeners = [];
  const battery = { level: 0.9, charging: false, addEventListener: (_name, listener) => listeners.push(listener) };
  Object.defineProperty(globalThis, "navigator", { value: { getBattery: async () => battery }, configurable: true });
  const said = [];
  await watchReserves((words) => said.push(words));
  battery.level = 0.05;
  for (const listener of listeners) listener();
  assert.equal(said[0], "");
  assert.match(said.at(-1), /battery is low/);
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  await watchReserves((words) => assert.equal(words, ""));
});
