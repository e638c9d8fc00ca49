// A room in which one browser has no WebRTC: both sides are told, and nobody waits for ever.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

globalThis.window = { addEventListener: () => {} };
const { Mesh } = await import("../../webapp/static/js/live/mesh.js");

let made;
class Connection {
  connectionState = "new";
  signalingState = "stable";
  constructor() {
    made += 1;
  }
  addTransceiver() {}
  getTransceivers = () => [];
  createDataChannel = () => ({});
  close() {}
}

beforeEach(() => {
  made = 0;
});

function mesh() {
  const seen = { sent: [], states: [] };
  seen.mesh = new Mesh({ send: (to, data) => seen.sent.push([to, data]), onTracks: () => {}, onState: (id, state) => seen.states.push([id, state]) });
  seen.mesh.me = "me";
  return seen;
}

test("without WebRTC there is no call, and the others learn of it", () => {
  delete globalThis.RTCPeerConnection;
  const here = mesh();
  here.mesh.meet({ id: "host", name: "Host" }, true);
  assert.deepEqual(here.states, [["host", "impossible"]]);
  assert.equal(here.sent.length, 1);
  here.mesh.receive("guest", { candidate: null }, { id: "guest" });
  assert.equal(here.sent.length, 1); // told once, by an offer
  globalThis.RTCPeerConnection = Connection;
  const host = mesh();
  host.mesh.meet({ id: "me", name: "Candidate" }, false);
  host.mesh.receive("me", here.sent[0][1], { id: "me" });
  assert.deepEqual(host.states.at(-1), ["me", "impossible"]);
  assert.equal(host.mesh.has("me"), false);
  assert.equal(made, 0);
  host.mesh.close();
});
