// What the modules use and nobody declares: Plotly's bundle, and the few things that browsers have and lib.dom lacks.
declare module "plotly.js-strict-dist-min" {
  const plotly: any;
  export default plotly;
}

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: typeof AudioWorkletProcessor): void;

// What the live room's service and our own modules hand around.

/** Somebody in a live room, as the service describes them: what is on, and what they agreed to. */
interface Peer {
  id: string;
  name: string;
  role?: string;
  /** Tells one page of theirs from the next. */
  page?: string;
  camera: boolean;
  microphone: boolean;
  screen: boolean;
  hand: boolean;
  recording: boolean;
  /** Whether they agreed to be read. */
  reading: boolean;
  /** Whether what is read of them is shown to us. */
  shown?: boolean;
}

/** What arrives from somebody, or is sent: a track each, or null where there is none. */
interface Tracks {
  audio: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  screen: MediaStreamTrack | null;
}

/** One judgement of an expression; emotion is null where it is not clear. Shares are between 0 and 1. */
interface Judgement {
  emotion: string | null;
  confidence: number;
  probabilities: Record<string, number>;
  valence?: number | null;
}

interface FaceReading extends Judgement {
  id: number;
  /** left, top, width, height as shares of the picture */
  box: [number, number, number, number];
  mouth?: string;
  blinks?: number | null;
}

/** What was read of somebody at one moment. */
interface Reading {
  faces?: FaceReading[];
  /** the id of the face that is the person's */
  followed?: number;
  voice: Judgement | null;
  fused: Judgement | null;
  state?: string | null;
  moment?: string;
}

/** The judgement that stands for a person, and what it was made from, in words. */
type MainJudgement = Judgement & { from: string };

/** What the server says of a recording. */
interface Recording {
  id: string;
  state: string;
  seconds: number;
  reason: string;
  reason_code: string;
  sha256: string;
}

/** A text's word, by how much it moved a score (shares), and how often it stands there. */
type MovedWord = [word: string, change: number, times: number];

type CallState = "connecting" | "connected" | "broken" | "impossible" | "over";
