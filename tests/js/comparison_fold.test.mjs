// A fold of the comparison asks once for what is in it, and again where that failed.
import assert from "node:assert/strict";
import test from "node:test";

const { fillWhenOpened } = await import("../../webapp/static/js/comparison/fold.js");

const made = () => {
  const body = { innerHTML: "a link", setAttribute() {}, removeAttribute() {} };
  const fold = { open: false, dataset: { part: "/compare?analyses=1" }, querySelector: () => body, toggled: null };
  fold.addEventListener = (_name, toggled) => (fold.toggled = toggled);
  return { fold, body };
};

test("what is in a fold is fetched when it opens, and once", async () => {
  const { fold, body } = made();
  const asked = [];
  globalThis.fetch = async (address) => (asked.push(address), { ok: true, text: async () => "analyses" });
  fillWhenOpened(fold);
  assert.deepEqual(asked, []);
  fold.open = true;
  await fold.toggled();
  await fold.toggled();
  assert.deepEqual(asked, ["/compare?analyses=1"]);
  assert.equal(body.innerHTML, "analyses");
});

test("where that fails the link stays, and the next opening asks again", async () => {
  const { fold, body } = made();
  let works = false;
  globalThis.fetch = async () => ({ ok: works, status: 503, text: async () => "analyses" });
  fillWhenOpened(fold);
  fold.open = true;
  await fold.toggled();
  assert.equal(body.innerHTML, "a link");
  works = true;
  await fold.toggled();
  assert.equal(body.innerHTML, "analyses");
});
