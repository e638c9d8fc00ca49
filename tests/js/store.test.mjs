// Takes in the browser, with IndexedDB in memory.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { StoredTake } from "../../webapp/static/js/recording/store.js";

let count = 0;
const begin = (interview = "i1") => StoredTake.create({ id: `t${(count += 1)}`, interview, question: "q", url: "/u", type: "video/webm" });
const text = async (take, start = 0, end = Infinity) => (await take.read(start, end)).text();

test("slices come back in order after the page was loaded anew", async () => {
  const take = await begin();
  take.append(new Blob(["one "]));
  take.append(new Blob([]));
  await take.append(new Blob(["two "]));
  const [again] = await StoredTake.of("i1");
  assert.deepEqual([again.id, again.size, again.finished], [take.id, 8, false]);
  assert.equal(await text(again), "one two ");
  assert.equal(await text(again, 2, 6), "e tw", "across slices");
  await again.append(new Blob(["three"]));
  await again.finish({ interrupted: true });
  const [ended] = await StoredTake.of("i1");
  assert.deepEqual([ended.finished, ended.record.interrupted, await text(ended)], [true, true, "one two three"]);
  assert.equal(await ended.digest(), createHash("sha256").update("one two three").digest("hex"));
  await ended.remove();
  assert.deepEqual(await StoredTake.of("i1"), []);
});

test("who waits for more bytes is woken by them, or by the end", async () => {
  const take = await begin();
  let woken = 0;
  const first = take.beyond(0).then(() => (woken += 1));
  const second = take.beyond(3).then(() => (woken += 1));
  await take.append(new Blob(["abc"]));
  await first;
  assert.equal(woken, 1);
  await take.finish();
  await second;
  assert.equal(woken, 2);
  await take.remove();
});

test("a take that is sent anew keeps its slices under another name", async () => {
  const take = await begin("i2");
  await take.append(new Blob(["abc"]));
  await take.move("new", "/new");
  const [moved, ...others] = await StoredTake.of("i2");
  assert.deepEqual(others, []);
  assert.deepEqual([moved.id, moved.record.url, moved.record.sentAnew, await text(moved)], ["new", "/new", 1, "abc"]);
  await moved.remove();
});

test("interviews are kept apart, and what is old goes", async () => {
  const mine = await begin("mine");
  const theirs = await begin("theirs");
  await theirs.append(new Blob(["abc"]));
  const { now } = Date;
  Date.now = () => now() - 40 * 24 * 3600 * 1000;
  await begin("forgotten");
  Date.now = now;
  await StoredTake.forget("mine");
  assert.deepEqual(await StoredTake.of("mine"), []);
  assert.deepEqual(await StoredTake.of("forgotten"), []);
  assert.equal((await StoredTake.of("theirs"))[0].size, 3);
  assert.equal(mine.size, 0);
});

test("a browser that is full keeps the rest in memory and says so", async () => {
  const take = await begin("i3");
  await take.append(new Blob(["stored "]));
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const warn = console.warn;
  console.warn = () => {};
  let full = 0;
  take.onFull = () => (full += 1);
  await take.append(new Blob(["not stored "]));
  IDBObjectStore.prototype.put = put;
  await take.append(new Blob(["either"]));
  console.warn = warn;
  assert.equal(full, 2, "what comes after a hole is no recording on the disk, so it stays in memory");
  assert.equal(take.onlyInMemory, true);
  assert.equal(await text(take), "stored not stored either");
  const [again] = await StoredTake.of("i3");
  assert.equal(await text(again), "stored ");
});

test("a file is kept a piece at a time", async () => {
  const take = await begin("files");
  await take.appendFile(new Blob([new Uint8Array(2500).fill(7)]), 1000);
  await take.finish();
  assert.equal(take.size, 2500);
  const [again] = await StoredTake.of("files");
  assert.equal((await again.read(0, 2500)).size, 2500);
  await again.remove();
});
