import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { keeper } from "../../webapp/static/js/autosave.js";
import { ServerError } from "../../webapp/static/js/recording/http.js";

/** A form of one text, and a server that answers when it is told to. */
function setUp() {
  mock.timers.enable({ apis: ["setTimeout"] });
  const form = { text: "" };
  const words = [];
  /** @type {{value: string, resolve: () => void, reject: (error: Error) => void}[]} */
  const sent = [];
  const kept = keeper({
    read: () => form.text,
    stored: "",
    tell: (word) => words.push(word),
    send: (value) => new Promise((resolve, reject) => sent.push({ value, resolve, reject })),
  });
  return { form, words, sent, kept };
}

const settle = async () => {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
};

test("what is typed is saved after a pause, once", async (t) => {
  t.after(() => mock.timers.reset());
  const { form, words, sent, kept } = setUp();
  for (const text of ["a", "ab", "abc"]) {
    form.text = text;
    kept.changed();
  }
  assert.equal(sent.length, 0);
  mock.timers.tick(1000);
  assert.deepEqual(sent.map((each) => each.value), ["abc"]);
  sent[0].resolve();
  await settle();
  assert.equal(words.at(-1), "Saved");
  kept.save();
  assert.equal(sent.length, 1, "nothing new, nothing sent");
});

test("what is typed while a request is under way follows it and never overtakes it", async (t) => {
  t.after(() => mock.timers.reset());
  const { form, sent, kept } = setUp();
  form.text = "old";
  kept.save();
  form.text = "new";
  kept.save();
  assert.equal(sent.length, 1);
  sent[0].resolve();
  await settle();
  mock.timers.tick(1000);
  assert.deepEqual(sent.map((each) => each.value), ["old", "new"]);
});

test("a network that is down is tried again, a refusal is said", async (t) => {
  t.after(() => mock.timers.reset());
  const { form, words, sent, kept } = setUp();
  form.text = "note";
  kept.save();
  sent[0].reject(new TypeError("network"));
  await settle();
  assert.match(words.at(-1), /No connection/);
  mock.timers.tick(5000);
  assert.equal(sent.length, 2);
  sent[1].reject(new ServerError(422, "refused", "A note is too long."));
  await settle();
  assert.equal(words.at(-1), "Not saved: A note is too long.");
  mock.timers.tick(60000);
  assert.equal(sent.length, 2);
  assert.equal(kept.unsaved(), true);
});
