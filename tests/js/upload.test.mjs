// Sending a take: when it is tried again, and when not.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

globalThis.window = { addEventListener: () => {}, location: { href: "https://viva.test/" } };
globalThis.document = { querySelector: () => ({ content: "csrf" }) };

const { exclusively, holdQuestion, isFinal, pauseAfter } = await import("../../webapp/static/js/recording/upload.js");
const { NetworkError, ServerError, deadline, postJson, request, wordsFor } = await import("../../webapp/static/js/recording/http.js");

const answer = (status, body) => ({ ok: status < 400, status, json: async () => body });

beforeEach(() => mock.restoreAll());

test("the pauses double, up to twenty seconds", () => {
  assert.deepEqual([0, 1, 2, 5, 6, 30].map(pauseAfter), [500, 1000, 2000, 16000, 20000, 20000]);
});

test("a refusal carries the server's words and code", async () => {
  globalThis.fetch = async () => answer(409, { error: { code: "taken", message: "You have used all your takes." } });
  await assert.rejects(request("/x"), (error) => {
    assert.ok(error instanceof ServerError);
    assert.deepEqual([error.status, error.code, error.message], [409, "taken", "You have used all your takes."]);
    return true;
  });
  globalThis.fetch = async () => ({ ok: false, status: 502, json: async () => JSON.parse("<html>") });
  await assert.rejects(request("/x"), /did not accept/);
});

test("what is posted is JSON with the token", async () => {
  let sent;
  globalThis.fetch = async (url, options) => {
    sent = { url, ...options };
    return answer(200, { fine: true });
  };
  assert.deepEqual(await postJson("/y", { a: 1 }), { fine: true });
  assert.deepEqual([sent.url, sent.method, sent.body, sent.headers["X-CSRFToken"]], ["/y", "POST", '{"a":1}', "csrf"]);
});

test("one tab at a time works on a take", async () => {
  const held = new Set();
  const locks = {
    async request(name, _options, work) {
      if (held.has(name)) return work(null);
      held.add(name);
      const result = await work({ name });
      held.delete(name);
      return result;
    },
  };
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
  let end;
  const first = exclusively("t", () => new Promise((resolve) => (end = resolve)));
  assert.equal(await exclusively("t", () => "twice"), null);
  assert.equal(await exclusively("u", () => "another"), "another");
  end("done");
  assert.equal(await first, "done");
  assert.equal(await exclusively("t", () => "again"), "again");
});

test("one tab at a time records a question, and lets it go", async () => {
  const held = new Set();
  const locks = {
    async request(name, _options, work) {
      if (held.has(name)) return work(null);
      held.add(name);
      await work({ name });
      return held.delete(name);
    },
  };
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
  const release = await holdQuestion("q");
  assert.equal(await holdQuestion("q"), null);
  assert.equal(typeof (await holdQuestion("r")), "function");
  release();
  await new Promise(setImmediate);
  assert.equal(typeof (await holdQuestion("q")), "function");
  Object.defineProperty(globalThis, "navigator", { value: { locks: { request: async () => Promise.reject(new Error("no")) } }, configurable: true });
  assert.equal(typeof (await holdQuestion("q")), "function"); // an ornament never blocks the core
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  assert.equal(typeof (await holdQuestion("q")), "function");
});

test("a browser without AbortSignal.timeout still asks the server, and a time-out is the network's", async () => {
  const timeout = AbortSignal.timeout;
  AbortSignal.timeout = undefined;
  try {
    const signal = deadline(5);
    assert.equal(signal.aborted, false);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(signal.aborted, true);
    globalThis.fetch = async () => answer(200, { fine: true });
    assert.equal((await request("/x")).status, 200);
  } finally {
    AbortSignal.timeout = timeout;
  }
});

test("the network alone is called offline; a fault of the page has its name", async () => {
  globalThis.fetch = async () => {
    throw new TypeError("Failed to fetch");
  };
  const network = await request("/x").catch((error) => error);
  assert.ok(network instanceof NetworkError);
  globalThis.fetch = async () => ({ ok: true, status: 200, json: async () => JSON.parse("<html>") });
  assert.ok((await postJson("/x", {}).catch((error) => error)) instanceof NetworkError); // the sign-in page of a train
  assert.deepEqual([network, new ServerError(503, "", "")].map((error) => wordsFor(error, "offline")), ["offline", "offline"]);
  assert.equal(wordsFor(new ServerError(403, "no", "Not yours."), "offline"), "Not yours.");
  assert.match(wordsFor(new TypeError("x is not a function"), "offline"), /TypeError/);
  assert.deepEqual([network, new TypeError("x"), new ServerError(410, "", ""), new ServerError(503, "", ""), new DOMException("", "UnknownError")].map(isFinal), [false, true, true, false, false]);
});
