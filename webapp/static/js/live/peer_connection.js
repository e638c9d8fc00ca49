// The call with one other person: one RTCPeerConnection, by perfect negotiation (https://www.w3.org/TR/webrtc/#perfect-negotiation-example).
//
// Every connection carries the same three tracks in the same order, so that switching a device is `replaceTrack` and
// needs no negotiation; and a data channel, by which both know at once that the other page is still there.

/** @type {("audio" | "camera" | "screen")[]} */
const TRACKS = ["audio", "camera", "screen"];
const PING = 1000;
const SILENT = 6000;
/** How long a connection may take before it is helped along: first by an ICE restart, then by beginning anew. */
const PATIENCE = 10000;

/** @param {string} sdp */
const sessionOf = (sdp) => /^o=\S+ (\d+)/m.exec(sdp)?.[1] ?? null;

export class PeerConnection {
  /** @type {RTCPeerConnection | null} */
  #pc = null;
  /** @type {RTCDataChannel | null} */
  #channel = null;
  #making = false;
  #ignored = false;
  /** @type {string | null} */
  #session = null; // of the other side's connection, by the o= line of its descriptions
  /** @type {RTCIceCandidateInit[]} */
  #candidates = [];
  #queue = Promise.resolve();
  #heard = 0;
  #begun = 0;
  /** @type {ReturnType<typeof setInterval>[]} */
  #timers = [];
  #closed = false;
  #helped = 0;

  /**
   * `polite` is the one of the two that gives way. `tracks()` gives our {audio, camera, screen}, each a track or null.
   * Callbacks: send(data) to the other side by the signalling; onTracks({audio, camera, screen}); onState("connecting"|"connected"|"broken").
   * @param {{
   *   id: string,
   *   polite: boolean,
   *   ice: RTCIceServer[],
   *   tracks: () => Tracks,
   *   send: (data: any) => void,
   *   onTracks: (tracks: Tracks) => void,
   *   onState: (state: CallState) => void,
   * }} options
   */
  constructor({ id, polite, ice, tracks, send, onTracks, onState }) {
    this.id = id;
    this.polite = polite;
    this.ice = ice;
    this.tracks = tracks;
    this.send = send;
    this.onTracks = onTracks;
    this.onState = onState;
    this.#begun = performance.now();
    this.#timers.push(setInterval(() => this.#watch(), PING));
  }

  get isConnected() {
    return this.#pc?.connectionState === "connected";
  }

  /** Whether the other page has been heard of within the last seconds, by the connection itself. */
  get isAlive() {
    return this.isConnected && performance.now() - this.#heard < SILENT;
  }

  /** Make an offer. */
  start() {
    const pc = this.#open();
    for (const name of TRACKS) {
      const track = this.tracks()[name];
      pc.addTransceiver(track ?? (name === "audio" ? "audio" : "video"), { direction: "sendrecv" });
    }
    this.#hear();
  }

  /**
   * Send another track than before, or none.
   * @param {"audio" | "camera" | "screen"} name
   * @param {MediaStreamTrack | null} track
   */
  async replace(name, track) {
    const transceiver = this.#pc?.getTransceivers()[TRACKS.indexOf(name)];
    await transceiver?.sender.replaceTrack(track).catch((error) => console.debug("Viva: replaceTrack", error));
  }

  /**
   * Limit what the camera's picture may take, in bits a second.
   * @param {number} bits
   */
  async limit(bits) {
    const sender = this.#pc?.getTransceivers()[1]?.sender;
    const parameters = sender?.getParameters();
    if (!sender || !parameters?.encodings?.length) return;
    parameters.encodings[0].maxBitrate = bits;
    await sender.setParameters(parameters).catch((error) => console.debug("Viva: setParameters", error));
  }

  /** Find another way through the network; the call goes on meanwhile. */
  restart() {
    if (this.#pc && this.#pc.signalingState !== "closed") this.#pc.restartIce();
  }

  close() {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#discard();
  }

  /**
   * What the other side sent by the signalling; one after the other.
   * @param {{description?: RTCSessionDescription, candidate?: RTCIceCandidateInit}} data
   */
  receive(data) {
    this.#queue = this.#queue
      .then(async () => {
        if (this.#closed) return;
        if (data.description) await this.#describe(data.description);
        else if (data.candidate) await this.#candidate(data.candidate);
      })
      .catch((error) => console.debug("Viva: signalling", error));
    return this.#queue;
  }

  #open() {
    this.#discard();
    const pc = new RTCPeerConnection({ iceServers: this.ice, bundlePolicy: "max-bundle" });
    this.#pc = pc;
    this.#begun = performance.now();
    this.onState("connecting");
    pc.onnegotiationneeded = async () => {
      if (pc !== this.#pc) return;
      try {
        this.#making = true;
        await pc.setLocalDescription();
        if (pc === this.#pc) this.send({ description: pc.localDescription });
      } catch (error) {
        console.debug("Viva: offer", error);
      } finally {
        this.#making = false;
      }
    };
    pc.onicecandidate = ({ candidate }) => {
      if (candidate && pc === this.#pc) this.send({ candidate });
    };
    pc.onconnectionstatechange = () => {
      if (pc !== this.#pc) return;
      if (pc.connectionState === "connected") {
        this.#heard = performance.now();
        this.#helped = 0;
        this.onState("connected");
      } else if (pc.connectionState === "failed") {
        this.onState("broken");
        this.restart();
      } else if (pc.connectionState === "disconnected") this.onState("broken");
    };
    const channel = pc.createDataChannel("here", { negotiated: true, id: 0 });
    channel.onmessage = ({ data }) => {
      this.#heard = data === "bye" ? -SILENT : performance.now();
    };
    this.#channel = channel;
    return pc;
  }

  #discard() {
    if (!this.#pc) return;
    if (this.#channel?.readyState === "open") this.#channel.send("bye");
    const old = this.#pc;
    this.#pc = null;
    this.#channel = null;
    this.#session = null;
    this.#candidates = [];
    old.onnegotiationneeded = old.onicecandidate = old.onconnectionstatechange = null;
    old.close();
  }

  /** @param {RTCSessionDescription} description */
  async #describe(description) {
    const session = sessionOf(description.sdp);
    const offer = description.type === "offer";
    const renewed = offer && this.#session !== null && this.#session !== session; // the other page was loaded anew
    const collision = offer && !renewed && this.#pc !== null && (this.#making || this.#pc.signalingState !== "stable");
    this.#ignored = collision && !this.polite;
    if (this.#ignored) return;
    // Our very first offer, when it gives way, is thrown away whole: its tracks would stand beside theirs.
    if (offer && (!this.#pc || renewed || (collision && this.#session === null))) this.#open();
    if (!offer && this.#pc?.signalingState !== "have-local-offer") return; // the answer to an offer that is no more
    const pc = this.#pc;
    if (!pc) return;
    await pc.setRemoteDescription(description);
    this.#session = session;
    for (const candidate of this.#candidates.splice(0)) await pc.addIceCandidate(candidate).catch(() => {});
    if (offer) {
      await Promise.all(
        TRACKS.map(async (name, index) => {
          const transceiver = pc.getTransceivers()[index];
          if (!transceiver) return;
          if (transceiver.direction !== "sendrecv") transceiver.direction = "sendrecv";
          if (transceiver.sender.track !== this.tracks()[name]) await transceiver.sender.replaceTrack(this.tracks()[name]);
        }),
      );
      await pc.setLocalDescription();
      this.send({ description: pc.localDescription });
    }
    this.#hear();
  }

  /** @param {RTCIceCandidateInit} candidate */
  async #candidate(candidate) {
    if (!this.#pc || this.#session === null) {
      this.#candidates.push(candidate);
      return;
    }
    try {
      await this.#pc.addIceCandidate(candidate);
    } catch (error) {
      if (!this.#ignored) console.debug("Viva: candidate", error); // of a connection that is no more
    }
  }

  #hear() {
    const [audio, camera, screen] = (this.#pc?.getTransceivers() ?? []).map(({ receiver }) => receiver.track);
    this.onTracks({ audio: audio ?? null, camera: camera ?? null, screen: screen ?? null });
  }

  #watch() {
    if (this.#channel?.readyState === "open") this.#channel.send("here");
    const patience = PATIENCE * (1 + this.#helped + (this.polite ? 0.5 : 0));
    if (this.isConnected || performance.now() - this.#begun < patience) return;
    this.#helped += 1;
    if (!this.#pc || (this.#helped % 3 === 0 && !this.polite)) {
      const helped = this.#helped;
      this.start();
      this.#helped = helped;
    } else this.restart();
  }
}
