// The parts of the live room that need no browser, by node's own test runner; tests/browser/test_live_modules.py runs it.
import assert from "node:assert/strict";
import { test } from "node:test";

let now = 0;
const intervals = [];
const listeners = [];
globalThis.performance = { now: () => now };
globalThis.document = { documentElement: { lang: "en" }, hidden: false, createElement: () => fakeVideo() };
globalThis.window = { addEventListener: (...listener) => listeners.push(listener) };
const realSetInterval = globalThis.setInterval;

const live = new URL("../../webapp/static/js/live/", import.meta.url);
const load = (name) => import(new URL(name, live));

const fakeVideo = () => ({ play: async () => {}, videoWidth: 640, videoHeight: 480, srcObject: null });
const rms = (samples) => Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
const sine = (hertz, rate, count) => Float32Array.from({ length: count }, (_, index) => 0.5 * Math.sin((2 * Math.PI * hertz * index) / rate));

test("a tone keeps its pitch and loudness at 16 kHz, whatever the blocks", async () => {
  const { resampler } = await load("resample.js");
  for (const rate of [48000, 44100, 16000]) {
    const sound = sine(1000, rate, rate);
    const whole = resampler(rate)(sound);
    const one = resampler(rate);
    const parts = [];
    for (let at = 0; at < sound.length; at += 128) parts.push(...one(sound.subarray(at, at + 128)));
    assert.ok(Math.abs(parts.length - 16000) < 40, `${rate}: ${parts.length}`);
    assert.ok(parts.every((value, index) => Math.abs(value - (whole[index] ?? value)) <= 1), "blocks leave no seam");
    const steady = parts.slice(200, -200).map((value) => value / 32767);
    assert.ok(Math.abs(rms(steady) - 0.5 / Math.SQRT2) < 0.01, `${rate}: ${rms(steady)}`);
    const crossings = steady.filter((value, index) => index && value >= 0 && steady[index - 1] < 0).length;
    assert.ok(Math.abs(crossings / (steady.length / 16000) - 1000) < 2);
  }
});

test("what is too high for 16 kHz does not fold back", async () => {
  const { resampler } = await load("resample.js");
  const heard = resampler(48000)(sine(11000, 48000, 48000)).slice(200, -200);
  assert.ok(rms([...heard].map((value) => value / 32767)) < 0.005);
});

test("a packet is laid out as the service reads it", async () => {
  const { packet } = await load("sampler.js");
  const bytes = packet(1, 1, 7, 1234.5, new Uint8Array([9, 8]).buffer);
  const view = new DataView(bytes);
  assert.equal(bytes.byteLength, 18);
  assert.deepEqual([view.getUint8(0), view.getUint8(1), view.getUint16(2, true), view.getUint32(4, true)], [1, 1, 0, 7]);
  assert.equal(view.getFloat64(8, true), 1234.5);
  assert.deepEqual([view.getUint8(16), view.getUint8(17)], [9, 8]);
});

test("the pace stays between two and ten a second and follows the answers", async () => {
  const { Pace, FASTEST, SLOWEST } = await load("pace.js");
  const pace = new Pace();
  assert.equal(pace.rate, 5);
  for (let count = 0; count < 100; count += 1) pace.answered(20);
  assert.equal(pace.interval, FASTEST);
  pace.refused();
  assert.ok(pace.interval > FASTEST);
  for (let count = 0; count < 50; count += 1) pace.answered(900);
  assert.equal(pace.interval, SLOWEST);
  pace.answered(20);
  assert.ok(pace.interval < SLOWEST);
});

test("a change is told when it has held on and was sure, and not too often", async () => {
  const { Changes } = await load("changes.js");
  const changes = new Changes();
  const happy = { emotion: "happy", confidence: 0.9 };
  const sad = { emotion: "sad", confidence: 0.9 };
  assert.equal(changes.see("kim", happy, 0), null);
  assert.equal(changes.see("kim", sad, 500), null); // a flicker
  assert.equal(changes.see("kim", happy, 700), null);
  assert.equal(changes.see("kim", null, 1500), null); // not clear: neither a change nor the end of one
  assert.equal(changes.see("kim", { emotion: "sad", confidence: 0.3 }, 1800), null);
  assert.equal(changes.see("kim", happy, 2300), "happy");
  assert.equal(changes.see("kim", happy, 9000), null);
  assert.equal(changes.see("kim", sad, 9100), null);
  assert.equal(changes.see("kim", sad, 11000), "sad");
  changes.see("kim", happy, 11100);
  assert.equal(changes.see("kim", happy, 14000), null); // it was told of a change five seconds ago at most
  assert.equal(changes.see("kim", happy, 16200), "happy");
});

test("a box lies where the picture lies", async () => {
  const { placeOf } = await load("overlay.js");
  const wide = { videoWidth: 800, videoHeight: 400 };
  assert.deepEqual(placeOf({ width: 400, height: 400 }, wide, "cover"), { left: -0.5, top: 0, width: 2, height: 1 });
  assert.deepEqual(placeOf({ width: 400, height: 400 }, wide, "contain"), { left: 0, top: 0.25, width: 1, height: 0.5 });
});

test("one word stands for a person: fused before face before voice", async () => {
  const { dominant, Readings } = await load("readings.js");
  const face = (id, emotion) => ({ id, emotion, confidence: 0.8, probabilities: {} });
  const voice = { emotion: "fearful", confidence: 0.6, probabilities: {} };
  const fused = { emotion: "surprised", confidence: 0.7, probabilities: {}, valence: 0.1 };
  assert.equal(dominant({ faces: [face(0, "sad"), face(1, "happy")], followed: 1, voice: null, fused: null }).emotion, "happy");
  assert.deepEqual([dominant({ faces: [], voice, fused: null })].map(({ emotion, from }) => [emotion, from]), [["fear", "voice"]]);
  assert.deepEqual([dominant({ faces: [face(0, "sad")], voice, fused })].map(({ emotion, from }) => [emotion, from]), [["surprise", "face and voice"]]);
  assert.equal(dominant({ faces: [], voice: null, fused: null }), null);
  const readings = new Readings();
  now = 1000;
  readings.set("kim", { faces: [face(0, "sad"), face(1, "happy")], followed: 0, voice: null, fused });
  readings.set("sam", { faces: [face(0, "happy")], followed: 0, voice: null, fused: null });
  assert.deepEqual([...readings.present()].sort(), [["happy", 2], ["surprise", 1]]);
  now += 2600;
  assert.equal(readings.present().size, 0, "what is old is not now");
});

test("words follow the page's language", async () => {
  const { changeSentence, emotionLabel, stateWords } = await load("words.js");
  assert.equal(changeSentence("Kim", "fearful"), "Kim looks afraid");
  assert.equal(changeSentence("Kim", "happy", true), "You look happy");
  document.documentElement.lang = "de-AT";
  assert.equal(changeSentence("Kim", "happy"), "Kim wirkt fröhlich");
  document.documentElement.lang = "tlh";
  assert.equal(emotionLabel("happy"), "Happy");
  assert.equal(emotionLabel(null), "Not clear");
  assert.equal(stateWords("ok"), "");
  document.documentElement.lang = "en";
});

test("the voice is polite: changes only, never over somebody, not too often, nothing stale", async () => {
  const { Teller } = await load("teller.js");
  globalThis.setInterval = (turn) => intervals.push(turn) && 1;
  const spoken = [];
  let talking = false;
  const synthesis = { speaking: false, speak: (utterance) => spoken.push(utterance.text), cancel: () => (spoken.push("(stops)"), (synthesis.speaking = false)) };
  window.speechSynthesis = synthesis;
  globalThis.SpeechSynthesisUtterance = class {
    constructor(text) {
      this.text = text;
    }
  };
  const region = { textContent: "" };
  const wants = { speech: true, live: true, popups: false };
  now = 10_000;
  const teller = new Teller({ preferences: { get: (name) => wants[name] }, voices: { anybody: () => talking }, region, popups: null });
  globalThis.setInterval = realSetInterval;
  const turn = intervals.at(-1);
  talking = true;
  teller.change("kim", "Kim", "happy");
  turn();
  assert.deepEqual(spoken, []);
  assert.equal(region.textContent, "Kim looks happy", "a screen reader has its own manners");
  now += 7000;
  talking = false;
  turn();
  assert.deepEqual(spoken, [], "what could not be said in time is not said");
  teller.change("kim", "Kim", "sad");
  teller.change("kim", "Kim", "happy");
  teller.change("sam", "Sam", "calm");
  turn();
  turn();
  assert.deepEqual(spoken, ["Kim looks happy"], "the latest of each, one at a time");
  now += 4100;
  turn();
  assert.deepEqual(spoken, ["Kim looks happy", "Sam looks calm"]);
  synthesis.speaking = true;
  talking = true;
  turn();
  assert.equal(spoken.at(-1), "(stops)", "somebody begins to speak");
  wants.speech = false;
  talking = false;
  now += 10_000;
  teller.change("kim", "Kim", "angry");
  turn();
  assert.equal(spoken.length, 3);
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
  const { Sampler } = await load("sampler.js");
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

test("who comes back on a new line is as before until they tell otherwise", async () => {
  const { Signalling } = await load("signalling.js");
  let line = null;
  globalThis.WebSocket = class {
    static OPEN = 1;
    readyState = 1;
    constructor() {
      line = this;
      setTimeout(() => this.onopen(), 5);
    }
    send() {}
    close() {}
  };
  const seen = [];
  const quiet = Object.fromEntries(["welcome", "signal", "chat", "reading", "moment", "consent", "problem", "down", "end"].map((name) => [name, () => {}]));
  const signalling = new Signalling({
    tokenUrl: "/token",
    on: { ...quiet, peer: (peer) => seen.push(`${peer.name} ${peer.camera}`), left: (peer, why) => seen.push(`${peer.name} ${why}`) },
  });
  const tell = (message) => line.onmessage({ data: JSON.stringify(message) });
  const off = { camera: false, microphone: false, screen: false, hand: false, recording: false };
  const kim = { id: "k", name: "Kim", page: "1", reading: false, ...off };
  const welcome = (peers) => tell({ type: "welcome", you: { id: "me", name: "Me", ...off }, room: {}, peers });
  signalling.start();
  await new Promise((resolve) => setTimeout(resolve, 30));
  welcome([kim]);
  tell({ type: "peer", peer: { ...kim, camera: true } });
  welcome([kim]); // the service was started anew, and both are back
  tell({ type: "peer", peer: kim }); // and now Kim tells that the camera is off
  tell({ type: "peer", peer: { ...kim, camera: true } });
  welcome([]); // back before Kim is
  tell({ type: "peer", peer: kim });
  tell({ type: "left", id: "k", why: "lost" });
  tell({ type: "peer", peer: { ...kim, page: "2" } }); // another page of Kim's begins with everything off
  assert.deepEqual(seen, ["Kim false", "Kim true", "Kim true", "Kim false", "Kim true", "Kim lost", "Kim true", "Kim lost", "Kim false"]);
  signalling.stop();
});
