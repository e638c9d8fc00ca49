// The call with everybody: one PeerConnection for each other person.
import { PeerConnection } from "./peer_connection.js";
import { CANNOT, canCall, saysCannot } from "./support.js";

/** What one camera may take, in bits a second, by how many others it is sent to. */
const BITS = [0, 1_200_000, 800_000, 500_000, 400_000, 300_000];

export class Mesh {
  #links = new Map(); // id → {link, page}
  /** @type {Tracks} */
  #tracks = { audio: null, camera: null, screen: null };

  /**
   * Callbacks: send(to, data), onTracks(id, {audio, camera, screen}), onState(id, state).
   * @param {{
   *   send: (to: string, data: any) => void,
   *   onTracks: (id: string, tracks: Tracks) => void,
   *   onState: (id: string, state: CallState) => void,
   * }} options
   */
  constructor({ send, onTracks, onState }) {
    this.send = send;
    this.onTracks = onTracks;
    this.onState = onState;
    /** @type {string | null} */
    this.me = null;
    /** @type {RTCIceServer[]} */
    this.ice = [];
    window.addEventListener("online", () => this.restart());
  }

  /**
   * Somebody is in the room. `begin`: we make the offer (we came later than they did).
   * @param {Peer} peer
   * @param {boolean} begin
   */
  meet(peer, begin) {
    if (!canCall()) return this.#cannot(peer.id);
    const known = this.#links.get(peer.id);
    const reloaded = known && peer.page && known.page && known.page !== peer.page;
    if (known && !reloaded) {
      known.page ??= peer.page;
      if (begin && !known.link.isConnected) known.link.restart();
      return;
    }
    if (known) this.#drop(peer.id);
    const link = this.#make(peer);
    if (begin) link.start();
  }

  /**
   * @param {string} from
   * @param {any} data
   * @param {Peer | undefined} peer
   */
  receive(from, data, peer) {
    if (saysCannot(data)) {
      this.#links.get(from)?.link.close();
      this.#links.delete(from);
      this.onState(from, "impossible");
      return;
    }
    if (!canCall()) {
      if (data.description) this.#cannot(from);
      return;
    }
    const link = this.#links.get(from)?.link ?? (peer ? this.#make(peer) : null); // nobody who is not in the room
    link?.receive(data);
  }

  /**
   * The server says that somebody left. Where it has only `lost` sight of them, a call that is alive goes on until it no
   * longer is. Resolves once it is over.
   * @param {string} id
   * @param {boolean} lost
   */
  async part(id, lost) {
    const known = this.#links.get(id);
    if (!known) return;
    if (!lost) {
      this.#drop(id);
      return;
    }
    known.page = null;
    for (;;) {
      if (this.#links.get(id) !== known || known.page !== null) return; // they are back
      if (!known.link.isAlive) break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    this.#drop(id);
  }

  /** @param {string} id */
  has(id) {
    return this.#links.has(id);
  }

  /**
   * Send another track: name is "audio", "camera" or "screen".
   * @param {"audio" | "camera" | "screen"} name
   * @param {MediaStreamTrack | null} track
   */
  replace(name, track) {
    this.#tracks[name] = track;
    for (const { link } of this.#links.values()) link.replace(name, track);
  }

  restart() {
    for (const { link } of this.#links.values()) if (!link.isConnected) link.restart();
  }

  close() {
    for (const id of [...this.#links.keys()]) this.#drop(id);
  }

  /**
   * Say on both sides that there will be no call.
   * @param {string} id
   */
  #cannot(id) {
    this.send(id, CANNOT);
    this.onState(id, "impossible");
  }

  /** @param {Peer} peer */
  #make(peer) {
    const link = new PeerConnection({
      id: peer.id,
      polite: (this.me ?? "") > peer.id,
      ice: this.ice,
      tracks: () => this.#tracks,
      send: (data) => this.send(peer.id, data),
      onTracks: (tracks) => this.onTracks(peer.id, tracks),
      onState: (state) => {
        if (state === "connected") this.#share();
        this.onState(peer.id, state);
      },
    });
    this.#links.set(peer.id, { link, page: peer.page ?? null });
    return link;
  }

  /** @param {string} id */
  #drop(id) {
    this.#links.get(id)?.link.close();
    this.#links.delete(id);
    this.onState(id, "over");
    this.#share();
  }

  /** The more people, the less for each. */
  #share() {
    const bits = BITS[Math.min(this.#links.size, BITS.length - 1)];
    if (bits) for (const { link } of this.#links.values()) link.limit(bits);
  }
}
