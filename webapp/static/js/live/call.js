// The call, whoever carries it: straight from browser to browser, or through a LiveKit server where one is configured.
import { gettext } from "../i18n.js";
import { LiveKitCall } from "./livekit_call.js";
import { Mesh } from "./mesh.js";
import { canCall } from "./support.js";

/** Milliseconds until a server that carries the call is tried again: at first, and at most. */
const [SOON, LATE] = [1000, 30_000];

export class Call {
  /** @type {any} */
  #carrier;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #pause = SOON;
  /** @type {Record<string, MediaStreamTrack | null>} */
  #tracks = { audio: null, camera: null, screen: null };

  /**
   * Callbacks: send(to, data) by the signalling, onTracks(id, {audio, camera, screen}), onState(id, "connecting" | "connected" | "broken" | "over"), onProblem(words), renew(): ask for a fresh token of the server that carries the call; begin() is called with it.
   * @param {{
   *   send: (to: string, data: any) => void,
   *   onTracks: (id: string, tracks: Tracks) => void,
   *   onState: (id: string, state: CallState) => void,
   *   onProblem: (words: string) => void,
   *   renew: () => void,
   * }} options
   */
  constructor({ send, onTracks, onState, onProblem, renew }) {
    this.onTracks = onTracks;
    this.onState = onState;
    this.onProblem = onProblem;
    this.renew = renew;
    this.#carrier = new Mesh({ send, onTracks, onState });
  }

  /**
   * We are in the room (again): `media` and `ice` as the server says, `peers` those who are there.
   * @param {{
   *   me: string,
   *   media: {kind: string, url?: string, token?: string},
   *   ice: RTCIceServer[],
   *   peers: Peer[],
   * }} options
   */
  begin({ me, media, ice, peers }) {
    if (media.kind === "livekit" && canCall()) this.#carry(media);
    else Object.assign(this.#carrier, { me, ice });
    for (const peer of peers) this.#carrier.meet(peer, true);
  }

  /** @param {{kind: string, url?: string, token?: string}} media */
  async #carry(media) {
    if (!(this.#carrier instanceof LiveKitCall)) {
      this.#carrier.close();
      const { onTracks, onState, onProblem } = this;
      this.#carrier = new LiveKitCall({ onTracks, onState, onProblem, onLost: () => this.#again() });
      for (const [name, track] of Object.entries(this.#tracks)) this.#carrier.replace(name, track);
    }
    try {
      await this.#carrier.join(media);
      this.#pause = SOON;
    } catch (error) {
      console.debug("Viva: LiveKit", error);
      this.#again();
    }
  }

  /** Try again with a fresh token, more and more rarely. Where signalling is away too, its return begins the call anew. */
  #again() {
    if (this.#pause === SOON) this.onProblem(gettext("The server that carries picture and sound cannot be reached just now. It is tried again by itself."));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.renew(), this.#pause);
    this.#pause = Math.min(LATE, 2 * this.#pause);
  }

  /** @param {Peer} peer */
  meet(peer) {
    this.#carrier.meet(peer, false);
  }

  /**
   * @param {string} from
   * @param {any} data
   * @param {Peer | undefined} peer
   */
  receive(from, data, peer) {
    this.#carrier.receive(from, data, peer);
  }

  /**
   * @param {string} id
   * @param {boolean} lost
   */
  part(id, lost) {
    return this.#carrier.part(id, lost);
  }

  /**
   * @param {string} name
   * @param {MediaStreamTrack | null} track
   */
  replace(name, track) {
    this.#tracks[name] = track;
    this.#carrier.replace(name, track);
  }

  close() {
    clearTimeout(this.#timer);
    this.renew = () => {};
    this.#carrier.close();
  }
}
