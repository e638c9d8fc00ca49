// Who is in the room, across lost connections.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Signalling } from "../../webapp/static/js/live/signalling.js";

globalThis.document = { querySelector: () => ({ content: "csrf" }) };
globalThis.window = { addEventListener: () => {} };
globalThis.fetch = async () => ({ ok: true, json: async () => ({ token: "t", url: "ws://x" }) });

test("who comes back on a new line is as before until they tell otherwise", async () => {
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
