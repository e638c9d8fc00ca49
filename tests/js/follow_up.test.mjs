// A follow-up is shown where it is there in time, and nobody waits for one that is not.
import assert from "node:assert/strict";
import test from "node:test";

const places = { "follow-up": { hidden: true }, "follow-up-prompt": {}, "follow-up-link": {}, announcer: {} };
globalThis.window = globalThis;
globalThis.document = { getElementById: (id) => places[id], querySelector: () => null };

const { WITHIN, lookForFollowUp } = await import("../../webapp/static/js/recording/follow_up.js");

/** A clock that moves when somebody pauses. */
function clockwork() {
  let at = 0;
  return {
    now: () => at,
    pause: async (milliseconds) => {
      at += milliseconds;
    },
  };
}

test("one that is there within five seconds is shown", async () => {
  const { now, pause } = clockwork();
  let looks = 0;
  const look = async () => (++looks < 4 ? { state: "listening" } : { state: "asked", url: "/q/4", prompt: "And then?" });
  assert.equal(await lookForFollowUp("/follow-up", { look, now, pause }), true);
  assert.equal(places["follow-up"].hidden, false);
  assert.equal(places["follow-up-link"].href, "/q/4");
  assert.equal(places["follow-up-prompt"].textContent, "And then?");
});

test("nobody waits longer, and a dead network changes nothing", async () => {
  const { now, pause } = clockwork();
  places["follow-up"].hidden = true;
  let looks = 0;
  const look = async () => {
    looks += 1;
    if (looks % 2) throw new Error("no network");
    return { state: "listening" };
  };
  assert.equal(await lookForFollowUp("/follow-up", { look, now, pause }), false);
  assert.ok(now() <= WITHIN && looks > 3);
  assert.equal(places["follow-up"].hidden, true);
});
