// Sending a take: when it is tried again, and when not.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

globalThis.window = { addEventListener: () => {}, location: { href: "https://viva.test/" } };
globalThis.document = { querySelector: () => ({ content: "csrf" }) };

const { exclusively, pauseAfter } = await import("../../webapp/static/js/recording/upload.js");
const { ServerError, postJson, request } = await import("../../webapp/static/js/recording/http.js");

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
