"""What two recognisers' first layers hear in a window: statistics of the first layers of two of Whisper's encoders.

Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision" (2022). Two convolutions and the first two
transformer layers each of tiny.en and of the multilingual base, where the sound of a voice has not yet given way to its
words (as Pasad, Chou & Livescu found for such networks, "Layer-wise analysis of a self-supervised speech representation
model", ASRU 2021). No word comes of it: the other layers and the decoders are not there.
``ml.training.speech.encoder_graph`` makes both graphs. tiny.en's ships without weights;
``ml.training.speech.encoder_weights`` exported those once, in eight-bit integers. base's ships with them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime

from ml.core import registry, runtime
from ml.speech.features import RANGE_DB, WINDOW_SECONDS, mel_filters, seconds_to_frames

ENCODER, MULTILINGUAL = "speech_encoder.onnx", "speech_multilingual.onnx"
#: The weights, whose own they are: a model of their own, with licence and hash (Whisper tiny.en, MIT).
WEIGHTS = "speech_encoder"
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


def encoder_input(power: np.ndarray) -> np.ndarray:
    """`features.frame_power` (frames, FFT // 2 + 1) as the encoder reads it, float32 (frames, BANDS).

    Scaled as Whisper's own log-mel, but for the level: that of the window's loud frames is always LOUD, and nothing is
    more than RANGE_DB below it (see `features.normalise`).
    """
    logarithms = np.log10(power @ mel_filters(BANDS, 0.0, HIGHEST_HZ) + 1e-12)
    top = np.percentile(logarithms.max(axis=1), 95)
    return ((np.maximum(logarithms - top, -RANGE_DB / 10) + LOUD + 4) / 4).astype(np.float32)


def session() -> onnxruntime.InferenceSession:
    """The shipped graph with the shipped weights in it. Raises ModelMissing."""
    path, arrays = registry.file_of("speech", ENCODER), registry.file_of(WEIGHTS, f"{WEIGHTS}.npz")
    return _opened(path, arrays, registry.stamp(path), registry.stamp(arrays))


@lru_cache(maxsize=2)
def _opened(path: Path, arrays: Path, *_stamps: registry.Stamp) -> onnxruntime.InferenceSession:
    with np.load(arrays) as stored:
        return opened(path, {name: stored[name] for name in stored.files})


def opened(path: Path, arrays: dict[str, np.ndarray]) -> onnxruntime.InferenceSession:
    """A graph that `ml.training.speech.encoder_graph` wrote, with its weights by name, for one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    values = {name: onnxruntime.OrtValue.ortvalue_from_numpy(array) for name, array in arrays.items()}
    options.add_external_initializers(list(values), list(values.values()))
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


Encoders = tuple[onnxruntime.InferenceSession, ...]


def sessions() -> Encoders:
    """Both shipped encoders, with their weights. Raises ModelMissing."""
    return session(), runtime.session_of(registry.file_of("speech", MULTILINGUAL))


def encode(power: np.ndarray, encoders: Encoders | None = None) -> np.ndarray:
    """Features, float32 (sum(FEATURES),), of a window's `features.frame_power`; finite, and the same for every gain.

    Sound longer than a window is heard in equal parts of at most one, whose features' mean is returned. ``encoders``
    are others than the shipped ones. Raises ModelMissing.
    """
    parts = np.array_split(encoder_input(power), -(-len(power) // LONGEST))
    return np.concatenate([_encoded_by(encoder, parts) for encoder in encoders or sessions()])


def _encoded_by(encoder: onnxruntime.InferenceSession, parts: list[np.ndarray]) -> np.ndarray:
    name = encoder.get_inputs()[0].name
    return np.mean([np.asarray(encoder.run(None, {name: part[None]})[0])[0] for part in parts], axis=0)


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
