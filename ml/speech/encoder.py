"""What a recogniser's first layers hear in a window: statistics of the lower half of Whisper tiny.en's encoder.

Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision" (2022). Two convolutions and the first two
of four transformer layers, where the sound of a voice has not yet given way to its words (as Pasad, Chou & Livescu
found for such networks, "Layer-wise analysis of a self-supervised speech representation model", ASRU 2021). No word
comes of it: the other layers and the decoder are not there. `encoder_graph` makes the graph, which ships
without weights; `encoder_weights` reads them from the package that carries them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime

from ml.core import registry
from ml.speech.encoder_weights import in_integers, packaged, read
from ml.speech.features import RANGE_DB, WINDOW_SECONDS, mel_filters, seconds_to_frames

ENCODER = "speech_encoder.onnx"
LAYERS = 2
#: What tells the layers one moment from another: sines.
PLACES = "position_encodings/encodings"
BANDS, HIGHEST_HZ = 80, 8_000.0
LONGEST = seconds_to_frames(WINDOW_SECONDS)  # frames that are heard together
WIDTH = 384
#: The mean and the spread over time of what the first and the second layer give.
FEATURES = 2 * LAYERS * WIDTH
#: Where a window's loud frames are put, in Whisper's logarithms to base ten: about where loud speech lies in its own.
LOUD = 1.5


def encoder_input(power: np.ndarray) -> np.ndarray:
    """`features.frame_power` (frames, FFT // 2 + 1) as the encoder reads it, float32 (frames, BANDS).

    Scaled as Whisper's own log-mel, but for the level: that of the window's loud frames is always LOUD, and nothing is
    more than RANGE_DB below it (see `features.normalise`).
    """
    logarithms = np.log10(power @ mel_filters(BANDS, 0.0, HIGHEST_HZ) + 1e-12)
    top = np.percentile(logarithms.max(axis=1), 95)
    return ((np.maximum(logarithms - top, -RANGE_DB / 10) + LOUD + 4) / 4).astype(np.float32)


def weights() -> dict[str, np.ndarray]:
    """The packaged encoder's arrays as far as they are used here. Raises ModelMissing."""
    found = read(packaged(), ("conv", PLACES, *(f"layer_{number}/" for number in range(LAYERS))))
    return found | {PLACES: found[PLACES][: -(-LONGEST // 2)]}


def session() -> onnxruntime.InferenceSession:
    """The shipped graph with the package's weights in it. Raises ModelMissing."""
    path = registry.file_of("speech", ENCODER)
    return opened(path, registry.stamp(path))


@lru_cache(maxsize=2)
def opened(path: Path, _stamp: registry.Stamp | None = None) -> onnxruntime.InferenceSession:
    """A graph that `encoder_graph` wrote, with the package's weights in it, for one thread. Raises ModelMissing."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    arrays = {name: onnxruntime.OrtValue.ortvalue_from_numpy(array) for name, array in in_integers(weights()).items()}
    options.add_external_initializers(list(arrays), list(arrays.values()))
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def heard(power: np.ndarray, encoder: onnxruntime.InferenceSession | None = None) -> np.ndarray:
    """Features, float32 (FEATURES,), of a window's `features.frame_power`; finite, and the same for every gain.

    Sound longer than a window is heard in equal parts of at most one, whose features' mean is returned. ``encoder`` is
    another than the shipped one. Raises ModelMissing.
    """
    encoder = encoder or session()
    name = encoder.get_inputs()[0].name
    parts = np.array_split(encoder_input(power), -(-len(power) // LONGEST))
    return np.mean([encoder.run(None, {name: part[None]})[0][0] for part in parts], axis=0)
