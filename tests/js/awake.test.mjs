// The screen stays on while recording, and comes back on after the page was hidden.
import assert from "node:assert/strict";
import { test } from "node:test";

test("the screen is kept on while wanted, taken again when the page is seen again, and let go", async () => {
  const listeners = {};
  globalThis.document = { visibilityState: "visible", addEventListener: (name, listener) => (listeners[name] = listener) };
  let locks = 0;
  let held = 0;
  let refuse = false;
  const wakeLock = {
    async request(kind) {
      assert.equal(kind, "screen");
      if (refuse) throw new Error("low battery");
      locks += 1;
      held += 1;
      const on = {};
      return {
        addEventListener: (name, listener) => (on[name] = listener),
        async release() {
          held -= 1;
          on.release();
        },
      };
    },
  };
  Object.defineProperty(globalThis, "navigator", { value: { wakeLock }, configurable: true });
  const { keepAwake } = await import("../../webapp/static/js/recording/awake.js");
  await keepAwake(true);
  assert.deepEqual([locks, held], [1, 1]);
  await listeners.visibilitychange();
  assert.equal(locks, 1, "one is enough");
  await keepAwake(false);
  assert.equal(held, 0);
  await listeners.visibilitychange();
  assert.equal(locks, 1, "nothing is wanted any more");
  refuse = true;
  await keepAwake(true); // says nothing
  refuse = false;
  await listeners.visibilitychange();
  assert.deepEqual([locks, held], [2, 1]);
  await keepAwake(false);
});
