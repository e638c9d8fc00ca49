// Takes in the browser are sealed with the page's key.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { openDB } from "idb";

import { SealedElsewhere, unlock } from "../../webapp/static/js/recording/sealing.js";
import { StoredTake } from "../../webapp/static/js/recording/store.js";

const key = (letter) => Buffer.alloc(32, letter).toString("base64url") + "=";
const slices = async () => (await openDB("viva-recordings", 1)).getAll("slices");
const begin = (id) => StoredTake.create({ id, interview: id, question: "q", url: "/u", type: "video/webm" });
const kept = async (id) => (await StoredTake.of(id))[0];
const all = async (take) => (await take.read(0, Infinity)).text();

test("nothing that was said lies on the disk, and the same page reads it", async () => {
  unlock(key("a"));
  const take = await begin("sealed");
  for (const text of ["what I ", "said"]) await take.append(new Blob([text]));
  for (const { bytes } of await slices()) assert.doesNotMatch(Buffer.from(bytes).toString("latin1"), /what|said/);
  const again = await kept("sealed");
  assert.deepEqual([again.size, await all(again)], [11, "what I said"]);
  assert.equal(await (await again.read(5, 9)).text(), "I sa");
  await again.move("moved", "/new");
  assert.equal(await all(await kept("sealed")), "what I said", "sent anew");
  await (await kept("sealed")).remove();
  assert.deepEqual(await slices(), []);
});

test("another sign-in's page does not open it, and it stays", async () => {
  unlock(key("a"));
  const take = await begin("mine");
  await take.append(new Blob(["mine"]));
  unlock(key("b"));
  await assert.rejects(all(await kept("mine")), SealedElsewhere);
  unlock(`${key("b")} ${key("a")}`);
  assert.equal(await all(await kept("mine")), "mine", "the key before the installation's was changed");
  await (await kept("mine")).remove();
});

test("a slice in another's place is none", async () => {
  unlock(key("a"));
  const take = await begin("order");
  await take.append(new Blob(["one"]));
  await take.append(new Blob(["two"]));
  const database = await openDB("viva-recordings", 1);
  const [one, two] = await slices();
  await database.put("slices", { ...one, number: two.number });
  await assert.rejects(all(await kept("order")), SealedElsewhere);
  await take.remove();
});

test("what was kept before there were keys is read", async () => {
  unlock(undefined);
  const take = await begin("before");
  await take.append(new Blob(["before"]));
  unlock(key("a"));
  assert.equal(await all(await kept("before")), "before");
  await take.append(new Blob([" and after"]));
  assert.equal(await all(await kept("before")), "before and after");
  await take.remove();
});
