// Help that is granted while a question is open is taken up without loading the page again.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

const granted = { textContent: "", classList: { add() {} } };
const at = (name) => Object.assign(new EventTarget(), { name });
globalThis.window = Object.assign(at("window"), { setTimeout });
globalThis.document = Object.assign(at("document"), { visibilityState: "visible", getElementById: (id) => (id === "granted" ? granted : null), querySelector: () => null });

const { EVERY, sayTerms, watchTerms } = await import("../../webapp/static/js/recording/grants.js");
const { ServerError } = await import("../../webapp/static/js/recording/http.js");
const { record } = await import("../../webapp/static/js/recording/recorder.js");

const BEFORE = { limit: 120, takes: 3, takes_left: 0, think: 40, think_left: 10, clock: true, kind: "video" };
const settle = () => new Promise((done) => setImmediate(done));

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  document.visibilityState = "visible";
});

function watching(answers) {
  const seen = { looks: 0, applied: [] };
  const look = async () => {
    seen.looks += 1;
    const answer = answers[Math.min(seen.looks, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  seen.controls = watchTerms("/terms", BEFORE, (terms, before) => seen.applied.push([terms.limit, before.limit]), { look });
  return seen;
}

test("a grant is taken up within a quarter of a minute, and once", async () => {
  const seen = watching([{ ...BEFORE, think_left: 3, takes_left: 2 }, new Error("no network"), { ...BEFORE, limit: 180 }]);
  for (let looks = 1; looks <= 5; looks += 1) {
    mock.timers.tick(EVERY);
    await settle();
    assert.equal(seen.looks, looks);
  }
  assert.ok(EVERY <= 15_000);
  assert.deepEqual(seen.applied, [[180, 120]]);
  seen.controls.stop();
});

test("it looks at once when somebody comes back, and never while nobody looks", async () => {
  const seen = watching([{ ...BEFORE, limit: 180 }]);
  document.visibilityState = "hidden";
  mock.timers.tick(EVERY * 3);
  assert.equal(seen.looks, 0);
  document.visibilityState = "visible";
  window.dispatchEvent(new Event("focus"));
  await settle();
  assert.deepEqual(seen.applied, [[180, 120]]);
  seen.controls.stop();
});

test("when the interview is over it asks no more, and a busy server is asked again", async () => {
  const seen = watching([new ServerError(503, "", ""), new ServerError(410, "", "")]);
  for (let looks = 0; looks < 4; looks += 1) {
    mock.timers.tick(EVERY);
    await settle();
  }
  assert.equal(seen.looks, 2);
});

test("what holds now is said in words", () => {
  sayTerms({ ...BEFORE, limit: 180, takes: 5, takes_left: 4, clock: false }, BEFORE);
  assert.equal(granted.textContent, "You now have up to 3:00 for an answer. You now have 4 takes left. Your time to think is no longer counted.");
  sayTerms({ ...BEFORE, think: 60, kind: "audio" }, BEFORE);
  assert.match(granted.textContent, /more time to think\..*sound alone/);
});

test("a recording that runs goes on, and lasts as long as was granted", () => {
  let now = 0;
  const ended = [];
  mock.method(performance, "now", () => now);
  Object.defineProperty(globalThis, "navigator", { value: { vendor: "" }, configurable: true });
  let stopped = 0;
  let last;
  globalThis.MediaRecorder = class {
    state = "inactive";
    constructor() {
      last = this;
    }
    start() {
      this.state = "recording";
    }
    stop() {
      stopped += 1;
      this.state = "inactive";
      this.onstop();
    }
  };
  const controls = record({ getTracks: () => [] }, { type: "video/webm", limit: 60, onSlice: () => {}, onTick: () => {}, onEnd: (error) => ended.push(error) });
  last.ondataavailable({ data: { size: 1 } });
  const advance = (seconds) => {
    now += seconds * 1000;
    mock.timers.tick(250);
  };
  advance(50);
  controls.extend(90);
  controls.extend(30); // what was taken back ends nothing that runs
  advance(30);
  assert.deepEqual([stopped, ended], [0, []]);
  advance(11);
  assert.deepEqual([stopped, ended], [1, [null]]);
});
