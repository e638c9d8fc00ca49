// Who is in the room, and what they tell each other, by the live service.
import { translated } from "../i18n.js";
import { ReconnectingSocket } from "./reconnecting_socket.js";

/** What the server says before it ends the line for good. */
const FINAL = ["closed", "removed", "full"];

/** @type {("camera" | "microphone" | "screen" | "hand" | "recording")[]} */
const ON = ["camera", "microphone", "screen", "hand", "recording"];
/** @param {Peer} peer */
const flags = (peer) => Object.fromEntries(ON.map((name) => [name, peer[name]]));

export class Signalling {
  #socket;
  #state = {};
  /** @type {{code: string, message: string} | null} */
  #said = null; // the last error, which may explain why the line ends
  /** Tells this page from the one that was here before it was loaded anew. */
  page = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  /** @type {Peer | null} */
  me = null;
  /** @type {any} */
  room = null;
  peers = new Map();
  #lost = new Map(); // those whom the server has lost sight of, as they were
  /** @type {RTCIceServer[]} */
  ice = [];

  /**
   * `on` holds the callbacks: welcome(first), media(), peer(peer, before), left(peer, why), signal(from, data), chat(message), reading(from, reading), moment(by, id), consent(reading), problem(message), up(), down(), end(reason, message).
   * @param {{tokenUrl: string, on: Record<string, (...values: any[]) => any>}} options
   */
  constructor({ tokenUrl, on }) {
    this.on = on;
    this.#socket = new ReconnectingSocket({
      purpose: "signal",
      tokenUrl,
      hello: { page: this.page },
      onMessage: (message) => this.#receive(message),
      onDown: () => on.down(),
      onEnd: (reason, words) => {
        const said = this.#said;
        if (said && FINAL.includes(said.code)) on.end(said.code, translated(said.message));
        else on.end(reason, words);
      },
    });
  }

  get isOpen() {
    return this.#socket.isOpen;
  }

  /** Everybody: first we, then the others by name. */
  get people() {
    return [this.me, ...this.peers.values()].filter(Boolean);
  }

  start() {
    this.#socket.start();
  }

  stop() {
    this.#socket.send({ type: "leave" });
    this.#socket.stop();
  }

  /**
   * Tell what is on here; told again after every reconnection.
   * @param {Partial<Peer>} state
   */
  tell(state) {
    this.#state = { ...this.#state, ...state };
    if (this.me) Object.assign(this.me, this.#state);
    this.#socket.send({ type: "state", ...this.#state });
  }

  /** @param {object} message */
  send(message) {
    return this.#socket.send(message);
  }

  /** @param {any} message */
  #receive(message) {
    const { type } = message;
    if (type === "welcome") this.#welcome(message);
    else if (type === "peer") this.#peer(message.peer);
    else if (type === "left") this.#left(message.id, message.why);
    else if (type === "signal") this.on.signal(message.from, message.data);
    else if (type === "chat") this.on.chat(message);
    else if (type === "reading") this.on.reading(message.from, message.reading);
    else if (type === "media") {
      this.media = message.media;
      this.on.media();
    } else if (type === "moment") this.on.moment(message.by, message.moment);
    else if (type === "consent") {
      if (this.me) this.me.reading = message.reading;
      this.on.consent(message.reading);
    } else if (type === "error") {
      this.#said = message;
      this.on.problem(message);
    }
  }

  /** @param {{you: Peer, room: any, peers: Peer[], ice: RTCIceServer[], media: any}} message */
  #welcome({ you, room, peers, ice, media }) {
    const first = this.me === null;
    this.#said = null;
    this.me = { ...you, ...this.#state };
    this.room = room;
    this.ice = ice ?? [];
    this.media = media ?? { kind: "mesh", most: 6 };
    const here = new Set(peers.map(({ id }) => id));
    for (const id of [...this.peers.keys()]) if (!here.has(id)) this.#left(id, "lost");
    for (const peer of peers) this.#peer(peer, true);
    this.on.welcome(first);
    this.#socket.send({ type: "state", ...this.#state });
  }

  /** @param {Peer} peer */
  #peer(peer, known = false) {
    if (peer.id === this.me?.id) {
      this.me = { ...this.me, ...peer, ...this.#state };
      return;
    }
    const before = this.peers.get(peer.id) ?? null;
    const last = before ?? this.#lost.get(peer.id);
    this.#lost.delete(peer.id);
    // The same page, back on a new line: until it tells what is on there, that is what was on before.
    const back = last && last.page === peer.page && (known || !before) && !ON.some((name) => peer[name]);
    const now = back ? { ...peer, ...flags(last) } : peer;
    this.peers.set(peer.id, now);
    this.on.peer(now, before, known);
  }

  /**
   * @param {string} id
   * @param {string} why
   */
  #left(id, why) {
    const peer = this.peers.get(id);
    this.peers.delete(id);
    if (peer && why === "lost") this.#lost.set(id, peer);
    if (peer) this.on.left(peer, why);
  }
}
