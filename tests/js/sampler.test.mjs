// Our own side's samples on their way to the service.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Sampler, packet } from "../../webapp/static/js/live/sampler.js";

const fakeVideo = () => ({ play: async () => {}, videoWidth: 640, videoHeight: 480, srcObject: null });
globalThis.document = { hidden: false, createElement: () => fakeVideo() };
globalThis.window = { addEventListener: () => {} };

test("a packet is laid out as the service reads it", () => {
  const bytes = packet(1, 1, 7, 1234.5, new Uint8Array([9, 8]).buffer);
  const view = new DataView(bytes);
  assert.equal(bytes.byteLength, 18);
  assert.deepEqual([view.getUint8(0), view.getUint8(1), view.getUint16(2, true), view.getUint32(4, true)], [1, 1, 0, 7]);
  assert.equal(view.getFloat64(8, true), 1234.5);
  assert.deepEqual([view.getUint8(16), view.getUint8(17)], [9, 8]);
});

test("one frame is on its way at most, and a lost line is not the end", async () => {
  const sockets = [];
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  globalThis.performance = { now: () => Date.now() };
  globalThis.MediaStream = class {};
  globalThis.OffscreenCanvas = class {
    getContext = () => ({ drawImage() {} });
    convertToBlob = async () => ({ arrayBuffer: async () => new ArrayBuffer(8) });
  };
  document.querySelector = () => ({ content: "csrf" });
  globalThis.fetch = async () => ({ ok: true, json: async () => ({ token: "t", url: "ws://x" }) });
  globalThis.WebSocket = class {
    static OPEN = 1;
    readyState = 0;
    bufferedAmount = 0;
    sent = [];
    constructor(url) {
      this.url = url;
      sockets.push(this);
      setTimeout(() => ((this.readyState = 1), this.onopen()), 5);
    }
    send(data) {
      this.sent.push(data);
    }
    close(code = 1000) {
      this.readyState = 3;
      this.onclose?.({ code, reason: "" });
    }
    get frames() {
      return this.sent.filter((data) => data instanceof ArrayBuffer);
    }
    answer(type = "reading") {
      const sequence = new DataView(this.frames.at(-1)).getUint32(4, true);
      this.onmessage({ data: JSON.stringify({ type, sequence, faces: [] }) });
    }
  };
  const read = [];
  const sampler = new Sampler({ tokenUrl: "/token", workletUrl: "/w.js", onReading: (reading) => read.push(reading), onState: () => {} });
  sampler.use({ camera: { enabled: true }, microphone: null });
  sampler.start();
  await wait(350);
  const [first] = sockets;
  assert.equal(first.url, "ws://x/reading");
  assert.deepEqual(JSON.parse(first.sent[0]), { type: "join", token: "t" });
  assert.equal(first.frames.length, 1, "nothing more before the answer");
  first.answer();
  assert.equal(read.length, 1);
  await wait(300);
  assert.equal(first.frames.length, 2);
  sampler.moment();
  first.answer("busy");
  assert.equal(read.length, 1);
  await wait(500);
  assert.equal(first.frames.length, 3);
  assert.equal(new DataView(first.frames[2]).getUint8(1), 1, "the moment that was asked for has its mark");
  first.close(1006); // in mid-flight
  await wait(1000);
  assert.equal(sockets.length, 2);
  assert.equal(sockets[1].frames.length, 1, "it goes on by itself");
  sampler.stop();
  sockets[1].answer?.();
  await wait(300);
  assert.equal(sockets[1].frames.length, 1, "nothing leaves after the withdrawal");
  assert.equal(read.length, 1);
  sampler.start();
  await wait(400);
  sockets.at(-1).close(4403);
  await wait(600);
  assert.equal(sockets.length, 3, "a refusal is final");
});
