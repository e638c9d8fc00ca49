"""What two recognisers' first layers hear in a window: statistics of the first layers of two of Whisper's encoders.

Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision" (2022). Two convolutions and the first two
transformer layers each of tiny.en and of the multilingual base, where the sound of a voice has not yet given way to its
words (as Pasad, Chou & Livescu found for such networks, "Layer-wise analysis of a self-supervised speech representation
model", ASRU 2021). No word comes of it: the other layers and the decoders are not there.
`ml.training.speech.encoder_graph` makes both graphs. tiny.en's ships without weights, which `encoder_weights` reads
from the package that carries them; base's ships with them, in eight-bit integers.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime

from ml.core import registry
from ml.speech.encoder_weights import in_integers, packaged, read
from ml.speech.features import FFT, RANGE_DB, RATE, WINDOW_SECONDS, hertz_to_mel, mel_to_hertz, seconds_to_frames

ENCODER, MULTILINGUAL = "speech_encoder.onnx", "speech_multilingual.onnx"
LAYERS = 2
#: What tells the layers one moment from another: sines.
PLACES = "position_encodings/encodings"
BANDS, HIGHEST_HZ = 80, 8_000.0
LONGEST = seconds_to_frames(WINDOW_SECONDS)  # frames that are heard together
#: Numbers that a layer gives for a moment: tiny.en's, base's.
WIDTHS = (384, 512)
#: The mean and the spread over time of what the first and the second layer give, tiny.en's before base's.
FEATURES = tuple(2 * LAYERS * width for width in WIDTHS)
#: Where a window's loud frames are put, in Whisper's logarithms to base ten: about where loud speech lies in its own.
LOUD = 1.5


@lru_cache(maxsize=1)
def mel_filters() -> np.ndarray:
    """Whisper's triangular filters of equal area, for our transform: float32 (FFT // 2 + 1, BANDS)."""
    edges = mel_to_hertz(np.linspace(0.0, hertz_to_mel(np.array(HIGHEST_HZ)), BANDS + 2))
    bins = np.arange(FFT // 2 + 1) * RATE / FFT
    rising = (bins[:, None] - edges[None, :-2]) / np.diff(edges)[:-1]
    falling = (edges[None, 2:] - bins[:, None]) / np.diff(edges)[1:]
    return (np.clip(np.minimum(rising, falling), 0, None) * 2 / (edges[2:] - edges[:-2])).astype(np.float32)


def encoder_input(power: np.ndarray) -> np.ndarray:
    """`features.frame_power` (frames, FFT // 2 + 1) as the encoder reads it, float32 (frames, BANDS).

    Scaled as Whisper's own log-mel, but for the level: that of the window's loud frames is always LOUD, and nothing is
    more than RANGE_DB below it (see `features.normalise`).
    """
    logarithms = np.log10(power @ mel_filters() + 1e-12)
    top = np.percentile(logarithms.max(axis=1), 95)
    return ((np.maximum(logarithms - top, -RANGE_DB / 10) + LOUD + 4) / 4).astype(np.float32)


def weights() -> dict[str, np.ndarray]:
    """The packaged encoder's arrays as far as they are used here. Raises ModelMissing."""
    found = read(packaged(), ("conv", PLACES, *(f"layer_{number}/" for number in range(LAYERS))))
    return found | {PLACES: found[PLACES][: -(-LONGEST // 2)]}


Encoders = tuple[onnxruntime.InferenceSession, ...]


def sessions() -> Encoders:
    """Both shipped encoders, with their weights. Raises ModelMissing."""
    path = registry.file_of("speech", ENCODER)
    return opened(path, registry.stamp(path)), registry.session_of(registry.file_of("speech", MULTILINGUAL))


@lru_cache(maxsize=2)
def opened(path: Path, _stamp: registry.Stamp | None = None) -> onnxruntime.InferenceSession:
    """A graph that `encoder_graph.write` wrote, with the package's weights in it, for one thread. Raises
    ModelMissing."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    arrays = {name: onnxruntime.OrtValue.ortvalue_from_numpy(array) for name, array in in_integers(weights()).items()}
    options.add_external_initializers(list(arrays), list(arrays.values()))
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def encode(power: np.ndarray, encoders: Encoders | None = None) -> np.ndarray:
    """Features, float32 (sum(FEATURES),), of a window's `features.frame_power`; finite, and the same for every gain.

    Sound longer than a window is heard in equal parts of at most one, whose features' mean is returned. ``encoders``
    are others than the shipped ones. Raises ModelMissing.
    """
    parts = np.array_split(encoder_input(power), -(-len(power) // LONGEST))
    return np.concatenate([_heard_by(encoder, parts) for encoder in encoders or sessions()])


def _heard_by(encoder: onnxruntime.InferenceSession, parts: list[np.ndarray]) -> np.ndarray:
    name = encoder.get_inputs()[0].name
    return np.mean([encoder.run(None, {name: part[None]})[0][0] for part in parts], axis=0)


def means_alone(features: np.ndarray) -> np.ndarray:
    """The means among `encode`'s features (..., sum(FEATURES)), without the spreads: (..., sum(FEATURES) // 2)."""
    return features[..., _MEANS]


_MEANS = np.concatenate(
    [
        np.arange(width) + sum(FEATURES[:number]) + 2 * layer * width
        for number, width in enumerate(WIDTHS)
        for layer in range(LAYERS)
    ]
)
