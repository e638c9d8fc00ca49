// The call through a LiveKit server, where one is configured: for more than six, or behind networks that let nothing else through.
// Same face as Mesh. LiveKit's own client is loaded only here.
import { gettext } from "../i18n.js";

/** @type {Record<string, any>} */
const SOURCES = { audio: "microphone", camera: "camera", screen: "screen_share" };
const NAMES = Object.fromEntries(Object.entries(SOURCES).map(([name, source]) => [source, name]));

export class LiveKitCall {
  /** @type {import("livekit-client").Room | null} */
  #room = null;
  /** @type {Record<string, MediaStreamTrack | null>} */
  #tracks = { audio: null, camera: null, screen: null };
  /** @type {Record<string, MediaStreamTrack | null>} */
  #published = { audio: null, camera: null, screen: null };
  #queue = Promise.resolve();
  /** @type {Map<string, Tracks>} */
  #arrived = new Map(); // id → {audio, camera, screen}

  /**
   * Callbacks as those of Mesh: onTracks(id, tracks), onState(id, state); onLost(): the connection was given up; onProblem(words).
   * @param {{
   *   onTracks: (id: string, tracks: Tracks) => void,
   *   onState: (id: string, state: CallState) => void,
   *   onLost: () => void,
   *   onProblem: (words: string) => void,
   * }} options
   */
  constructor({ onTracks, onState, onLost, onProblem }) {
    this.onTracks = onTracks;
    this.onState = onState;
    this.onLost = onLost;
    this.onProblem = onProblem;
  }

  /**
   * Connect, or again with a fresh token after the connection was given up.
   * @param {{url: string, token: string}} options
   */
  async join({ url, token }) {
    if (this.#room && this.#room.state !== "disconnected") return;
    const { Room, RoomEvent } = await import("livekit-client");
    const room = new Room({ dynacast: true, stopLocalTrackOnUnpublish: false });
    this.#room = room;
    /**
     * @param {{identity: string}} participant
     * @param {string} source
     * @param {MediaStreamTrack | null} track
     */
    const change = (participant, source, track) => {
      const name = NAMES[source];
      if (!name) return;
      /** @type {Tracks} */
      const tracks = { audio: null, camera: null, screen: null, ...this.#arrived.get(participant.identity), [name]: track };
      this.#arrived.set(participant.identity, tracks);
      this.onTracks(participant.identity, tracks);
    };
    room.on(RoomEvent.TrackSubscribed, (track, { source }, participant) => change(participant, source, track.mediaStreamTrack));
    room.on(RoomEvent.TrackUnsubscribed, (_track, { source }, participant) => change(participant, source, null));
    room.on(RoomEvent.ParticipantConnected, ({ identity }) => this.onState(identity, "connected"));
    room.on(RoomEvent.ParticipantDisconnected, ({ identity }) => {
      this.#arrived.delete(identity);
      this.onState(identity, "over");
    });
    room.on(RoomEvent.Reconnecting, () => this.#everybody("broken"));
    room.on(RoomEvent.Reconnected, () => this.#everybody("connected"));
    let connected = false;
    room.on(RoomEvent.Disconnected, () => {
      this.#published = { audio: null, camera: null, screen: null };
      if (connected && this.#room === room) this.onLost();
    });
    await room.connect(url, token);
    connected = true;
    this.#everybody("connected");
    for (const [name, track] of Object.entries(this.#tracks)) this.replace(name, track);
  }

  /** @param {CallState} state */
  #everybody(state) {
    for (const id of this.#room?.remoteParticipants.keys() ?? []) this.onState(id, state);
  }

  /** @param {Peer} peer */
  meet(peer) {
    if (this.#room?.remoteParticipants.has(peer.id)) this.onState(peer.id, "connected");
    const tracks = this.#arrived.get(peer.id);
    if (tracks) this.onTracks(peer.id, tracks);
  }

  receive() {
    // the server carries everything: nobody signals to us
  }

  /** @param {string} id */
  async part(id) {
    this.#arrived.delete(id);
  }

  /**
   * Send another track; one change after the other.
   * @param {string} name
   * @param {MediaStreamTrack | null} track
   */
  replace(name, track) {
    this.#tracks[name] = track;
    this.#queue = this.#queue
      .then(async () => {
        const us = this.#room?.localParticipant;
        if (!us || this.#room?.state !== "connected" || this.#published[name] === track) return;
        if (this.#published[name]) await us.unpublishTrack(this.#published[name], false);
        this.#published[name] = null;
        if (track) await us.publishTrack(track, { source: SOURCES[name] });
        this.#published[name] = track;
      })
      .catch((error) => {
        console.debug("Viva: LiveKit", error);
        if (this.#room?.state === "connected") this.onProblem(gettext("Your picture or sound could not be sent. Switch it off and on again."));
      });
  }

  close() {
    const room = this.#room;
    this.#room = null;
    room?.disconnect(false);
  }
}
