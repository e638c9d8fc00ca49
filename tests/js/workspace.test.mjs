// The parts of the workspace that need no page: silences, names after an @, whose key it is.
import assert from "node:assert/strict";
import test from "node:test";

globalThis.document = /** @type {any} */ ({ querySelector: () => null, documentElement: { lang: "en" }, getElementById: () => null });
const { silences, clock } = await import("../../webapp/static/js/workspace/player.js");
const { typedName } = await import("../../webapp/static/js/workspace/comments.js");
const { isTaken } = await import("../../webapp/static/js/workspace/keys.js");

test("a silence is skipped but for its ends", () => {
  assert.deepEqual(silences([[0.5, 2], [2.4, 5], [9, 10]], 14), [[5.25, 8.75], [10.25, 13.75]]);
  assert.deepEqual(silences([[3, 4]], 4.5), [[0, 2.75]], "the one before the first word has no end to leave in");
  assert.deepEqual(silences([], 1), []);
});

test("a moment is written as minutes and seconds", () => {
  assert.equal(clock(0), "0:00");
  assert.equal(clock(75.9), "1:15");
});

test("a name begins after an @ at the start of a word", () => {
  assert.equal(typedName("Look, @Ada Li"), "Ada Li");
  assert.equal(typedName("@Zoë"), "Zoë");
  assert.equal(typedName("mail me at ada@viva"), null);
  assert.equal(typedName("@Ada, and"), null);
});

test("keys belong to what has the focus", () => {
  const on = (selector) => ({ closest: (wanted) => (wanted.split(", ").some((one) => one === selector) ? {} : null) });
  assert.equal(isTaken(on("textarea"), "j"), true);
  assert.equal(isTaken(on("button"), " "), true);
  assert.equal(isTaken(on("button"), "j"), false);
  assert.equal(isTaken(on("video"), "ArrowLeft"), true);
  assert.equal(isTaken(on("main"), " "), false);
});
