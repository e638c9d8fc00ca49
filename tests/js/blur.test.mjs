// The blur of backgrounds: when a computer is too slow for it, and what its switch does.
import assert from "node:assert/strict";
import { test } from "node:test";

const { Pace } = await import("../../webapp/static/js/recording/pace.js");

/** So many seconds of pictures that come every `every` milliseconds and take `took`. */
function after(seconds, every, took, pace = new Pace(), from = 0) {
  for (let at = from + took; at <= from + seconds * 1000; at += every) pace.note(at, took);
  return pace;
}

test("a computer that makes 23 pictures a second is too slow, one that makes 25 is not", () => {
  assert.equal(after(4, 1000 / 23, 1000 / 23).isSlow, true);
  assert.equal(after(4, 1000 / 25, 1000 / 25).isSlow, false);
  assert.equal(after(4, 40, 20).isSlow, false);
});

test("nothing is decided before three seconds have passed", () => {
  const pace = after(2.9, 100, 100);
  assert.deepEqual([pace.rate, pace.isSlow], [null, false]);
  assert.equal(after(0.3, 100, 100, pace, 2900).isSlow, true);
});

test("a camera that gives ten pictures a second in a dark room says nothing of the computer", () => {
  assert.equal(after(6, 100, 30).isSlow, false);
});

test("one picture that takes long is no slow computer, and slowness that is over is forgotten", () => {
  const pace = after(4, 40, 25);
  pace.note(4400, 400);
  assert.equal(pace.isSlow, false);
  const slow = after(4, 60, 60);
  assert.equal(slow.isSlow, true);
  assert.equal(after(4, 40, 20, slow, 4000).isSlow, false);
});

/** A page with the switch, and what would be kept in the browser. */
function page(kept = {}) {
  const elements = Object.fromEntries(["blur-choice", "blur", "blur-status", "announcer"].map((id) => [id, { id, hidden: true, textContent: "", dataset: {}, addEventListener: (_name, listener) => (elements[id].changed = listener) }]));
  globalThis.document = { getElementById: (id) => elements[id] ?? null, documentElement: { lang: "en" } };
  globalThis.window = { setTimeout: (act) => act() };
  globalThis.localStorage = { getItem: (key) => kept[key] ?? null, setItem: (key, value) => (kept[key] = value), removeItem: (key) => delete kept[key] };
  return { elements, kept };
}

const raw = { name: "raw", getVideoTracks: () => [{}] };
page();
const { Backdrop } = await import("../../webapp/static/js/recording/blur.js");

/** A maker of blurred streams that says how it was used. */
function maker() {
  const made = { times: 0, stopped: 0, off: null };
  made.make = async (_raw, _where, onOff) => {
    made.times += 1;
    made.off = onOff;
    return { stream: { name: "blurred" }, stop: () => (made.stopped += 1) };
  };
  return made;
}

test("the switch is off until somebody chooses it, and nothing is loaded before", async () => {
  const { elements, kept } = page();
  const made = maker();
  const backdrop = new Backdrop({ can: () => true, make: made.make });
  assert.deepEqual([elements["blur-choice"].hidden, elements.blur.checked], [false, false]);
  assert.equal(await backdrop.take(raw), raw);
  assert.deepEqual([made.times, backdrop.isUsed], [0, false]);
  const streams = [];
  backdrop.onStream = (stream) => streams.push(stream && stream.name);
  elements.blur.checked = true;
  await elements.blur.changed();
  assert.deepEqual([streams, kept["viva-blur"], backdrop.isUsed], [[null, "blurred"], "on", true]);
  elements.blur.checked = false;
  await elements.blur.changed();
  assert.deepEqual([streams.at(-1), made.stopped, kept["viva-blur"], backdrop.isUsed], ["raw", 1, undefined, false]);
});

test("it is remembered, stays as it is while somebody records, and says when it switches itself off", async () => {
  const { elements, kept } = page({ "viva-blur": "on" });
  const made = maker();
  const backdrop = new Backdrop({ can: () => true, make: made.make });
  assert.equal((await backdrop.take(raw)).name, "blurred");
  backdrop.hold(true);
  assert.equal(elements.blur.disabled, true);
  made.off("slow");
  assert.deepEqual([elements.blur.checked, kept["viva-blur"], backdrop.isUsed], [false, undefined, false]);
  assert.match(elements["blur-status"].textContent, /too slow.*can be seen/);
  assert.equal(made.stopped, 0, "the recording goes on with the same stream");
});

test("where it cannot be made, the camera's own pictures are there and that is said", async () => {
  const { elements } = page({ "viva-blur": "on" });
  const backdrop = new Backdrop({ can: () => true, make: () => Promise.reject(new Error("no model")) });
  console.warn = () => {};
  assert.equal(await backdrop.take(raw), raw);
  assert.match(elements["blur-status"].textContent, /does not work/);
});

test("a browser that cannot do it shows no switch", async () => {
  const { elements } = page({ "viva-blur": "on" });
  const backdrop = new Backdrop({ can: () => false, make: maker().make });
  assert.equal(elements["blur-choice"].hidden, true);
  assert.equal(await backdrop.take(raw), raw);
});
