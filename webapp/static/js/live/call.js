// The call, whoever carries it: straight from browser to browser, or through a LiveKit server where one is configured.
import { Carried } from "./carried.js";
import { Mesh } from "./mesh.js";

export class Call {
  #carrier;
  #tracks = { audio: null, camera: null, screen: null };

  /** Callbacks: send(to, data) by the signalling, onTracks(id, {audio, camera, screen}), onState(id, "connecting" | "connected" | "broken" | "over"), onProblem(words). */
  constructor({ send, onTracks, onState, onProblem }) {
    Object.assign(this, { onTracks, onState, onProblem });
    this.#carrier = new Mesh({ send, onTracks, onState });
  }

  /** We are in the room (again): `media` and `ice` as the server says, `peers` those who are there. */
  begin({ me, media, ice, peers }) {
    if (media.kind === "livekit") this.#carry(media);
    else Object.assign(this.#carrier, { me, ice });
    for (const peer of peers) this.#carrier.meet(peer, true);
  }

  async #carry(media) {
    if (!(this.#carrier instanceof Carried)) {
      this.#carrier.close();
      this.#carrier = new Carried({ onTracks: this.onTracks, onState: this.onState });
      for (const [name, track] of Object.entries(this.#tracks)) this.#carrier.replace(name, track);
    }
    try {
      await this.#carrier.join(media);
    } catch (error) {
      console.debug("Viva: LiveKit", error);
      this.onProblem("The server that carries picture and sound cannot be reached. Reload the page to try again.");
    }
  }

  meet(peer) {
    this.#carrier.meet(peer, false);
  }

  receive(from, data, peer) {
    this.#carrier.receive(from, data, peer);
  }

  part(id, lost) {
    return this.#carrier.part(id, lost);
  }

  replace(name, track) {
    this.#tracks[name] = track;
    this.#carrier.replace(name, track);
  }

  close() {
    this.#carrier.close();
  }
}
