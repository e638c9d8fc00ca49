// A WebSocket that comes back by itself.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

const listeners = {};
globalThis.window = { addEventListener: (name, listener) => (listeners[name] = listener) };
globalThis.document = { querySelector: () => ({ content: "csrf" }) };

const { ReconnectingSocket } = await import("../../webapp/static/js/live/reconnecting_socket.js");

let sockets = [];
let tokens = 0;
class FakeSocket {
  static OPEN = 1;
  readyState = 0;
  sent = [];
  constructor(url) {
    this.url = url;
    sockets.push(this);
  }
  open() {
    this.readyState = 1;
    this.onopen();
  }
  send(data) {
    this.sent.push(data);
  }
  close(code = 1006, reason = "") {
    this.readyState = 3;
    this.onclose({ code, reason });
  }
}

const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};
const told = [];
const socket = () =>
  new ReconnectingSocket({
    purpose: "signal",
    tokenUrl: "/token",
    onMessage: (message) => told.push(message),
    onDown: () => told.push("down"),
    onEnd: (reason, words) => told.push(`end: ${reason} ${words}`),
  });

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(Math, "random", () => 0.5); // a factor of one
  sockets = [];
  told.length = 0;
  tokens = 0;
  globalThis.WebSocket = FakeSocket;
  globalThis.fetch = async () => ({ ok: true, json: async () => ({ token: `t${(tokens += 1)}`, url: "wss://x/" }) });
});
afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

test("it comes back with a fresh token, each time after a longer pause", async () => {
  const one = socket();
  one.start();
  await settle();
  sockets[0].open();
  assert.deepEqual([sockets[0].url, JSON.parse(sockets[0].sent[0])], ["wss://x/signal", { type: "join", token: "t1" }]);
  for (const [index, pause] of [250, 500, 1000, 2000, 4000, 8000, 8000].entries()) {
    sockets[index].close();
    mock.timers.tick(pause - 1);
    await settle();
    assert.equal(sockets.length, index + 1, `not before ${pause} ms`);
    mock.timers.tick(1);
    await settle();
    assert.equal(sockets.length, index + 2, `after ${pause} ms`);
  }
  assert.equal(tokens, 8);
  one.stop();
  mock.timers.tick(60_000);
  await settle();
  assert.equal(sockets.length, 8, "and not when it is stopped");
});

test("a word from the server makes the next pause short again", async () => {
  const one = socket();
  one.start();
  await settle();
  for (let index = 0; index < 4; index += 1) {
    sockets[index].close();
    mock.timers.tick(8000);
    await settle();
  }
  sockets[4].open();
  sockets[4].onmessage({ data: '{"type": "hello"}' });
  sockets[4].onmessage({ data: "not JSON" });
  sockets[4].close();
  mock.timers.tick(250);
  await settle();
  assert.equal(sockets.length, 6);
  assert.deepEqual(told.filter((one_) => one_ !== "down"), [{ type: "hello" }]);
  one.stop();
});

test("a refusal is final, an overload takes longer, a network that is back none", async () => {
  const one = socket();
  one.start();
  await settle();
  sockets[0].close(4429);
  mock.timers.tick(1999);
  await settle();
  assert.equal(sockets.length, 1);
  listeners.online();
  await settle();
  assert.equal(sockets.length, 2);
  sockets[1].close(4403, "You were removed.");
  mock.timers.tick(60_000);
  await settle();
  assert.equal(sockets.length, 2);
  assert.equal(told.at(-1), "end: not_allowed You were removed.");
});

test("a token that is refused ends it, a server that is away does not", async () => {
  globalThis.fetch = async () => ({ ok: false, status: 503, json: async () => ({}) });
  const one = socket();
  one.start();
  await settle();
  assert.deepEqual(told, ["down"]);
  globalThis.fetch = async () => ({ ok: false, status: 403, json: async () => ({ error: { message: "No." } }) });
  mock.timers.tick(250);
  await settle();
  assert.deepEqual(told, ["down", "end: not_allowed No."]);
});
