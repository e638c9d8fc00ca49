// The microphone as blocks of 16 kHz PCM, by way of an AudioWorklet.

/**
 * Call onBlock(ArrayBuffer, at) for every quarter of a second of `track`; `at` is performance.now() at its first
 * sample. Resolves with a function that ends it. Muted microphones send silence, which is what there is to hear.
 * @param {MediaStreamTrack} track
 * @param {string} workletUrl
 * @param {(block: ArrayBuffer, at: number) => void} onBlock
 */
export async function listen(track, workletUrl, onBlock) {
  const context = new AudioContext();
  try {
    await context.audioWorklet.addModule(workletUrl);
  } catch (error) {
    await context.close();
    throw error;
  }
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const node = new AudioWorkletNode(context, "viva-pcm", { numberOfInputs: 1, numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  node.port.onmessage = ({ data }) => onBlock(data, performance.now() - data.byteLength / 32);
  source.connect(node);
  const wake = () => context.state === "suspended" && context.resume();
  wake();
  document.addEventListener("click", wake);
  document.addEventListener("keydown", wake);
  return () => {
    document.removeEventListener("click", wake);
    document.removeEventListener("keydown", wake);
    node.port.onmessage = null;
    source.disconnect();
    context.close();
  };
}
