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
