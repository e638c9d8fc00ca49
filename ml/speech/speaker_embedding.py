"""Where a voice lies among voices: each 1.6 s of sound as a point in a space where one speaker's points lie together.

What a stretch's sounds are like on average, how they vary and vary together, how fast they change, and how each of
PHONES kinds of sound is said here: 1,100 numbers. A linear discriminant of speakers, learnt from people in many
emotions and from copies of them with other pitches and vocal tracts (`morph`), keeps of these what tells speakers
apart and not moods. The spread of one speaker is 1 along every axis.

Sources: H. Jégou et al. (2010), Aggregating local descriptors into a compact image representation (each kind's mean
difference from its centre); K. Fukunaga (1990), Introduction to statistical pattern recognition (the discriminant).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ml.core import registry
from ml.speech.dct import dct_matrix
from ml.speech.features import MELS
from ml.speech.spooled_array import Frames, SpooledArray

WINDOW, STRIDE = 160, 80  # frames of 10 ms: what one point looks at, and from one point to the next
CEPSTRA, TOGETHER, CLUSTERED, SAID = 30, 20, 16, 24  # cepstra: all, coupled, that tell kinds of sound, of each kind
PHONES = 32  # kinds of sound
RANGE_DB, BELOW_TOP_DB = 55.0, 30.0  # what is lower than the loudest by so much is cut off; says nothing of a voice
QUIET_DB = -80.0  # nothing is heard in a stretch whose loudest band is below
SHARPNESS = 200.0  # squared distance from a centre, dB: e times further off, a frame counts as much less
FEW = 4.0  # frames that pull a rare kind's mean towards its centre
FEATURES = 3 * CEPSTRA + TOGETHER * (TOGETHER + 1) // 2 + PHONES + PHONES * SAID
_PAIRS = np.triu_indices(TOGETHER)
_CLIP = 5.0  # standard deviations


def cepstra(mels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cepstra (frames, CEPSTRA) without the level of a stretch's log-mel spectrogram (frames, MELS) in dB, and which
    frames stand out (bool)."""
    level = mels.max(axis=1)
    top = np.percentile(level, 95)
    return np.maximum(mels - top, -RANGE_DB) @ dct_matrix(CEPSTRA), level > top - BELOW_TOP_DB


def features(mels: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """What a stretch of log-mel frames (at least 5, MELS) in dB is like, float32 (FEATURES,); any gain gives the same.

    ``centres`` (PHONES, CLUSTERED) are the middles of the kinds of sound.
    """
    every, active = cepstra(mels)
    moves = np.zeros_like(every)
    moves[2:-2] = every[4:] - every[:-4]
    heard, moves = every[active], moves[active]
    mean = heard.mean(axis=0)
    apart = heard - mean
    spread = apart.std(axis=0)
    coupled = apart[:, :TOGETHER].T @ apart[:, :TOGETHER] / len(heard)
    width = np.sqrt(np.diag(coupled)) + 1
    distance = (centres**2).sum(axis=1) - 2 * heard[:, :CLUSTERED] @ centres.T
    share = np.exp((distance.min(axis=1, keepdims=True) - distance) / SHARPNESS)
    share /= share.sum(axis=1, keepdims=True)
    count = share.sum(axis=0)
    middles = np.pad(centres, ((0, 0), (0, SAID - CLUSTERED)))
    said = (share.T @ heard[:, :SAID] - count[:, None] * middles) / (count + FEW)[:, None]
    quick = np.sqrt((moves**2).mean(axis=0))
    pairs = (coupled / np.outer(width, width))[_PAIRS]
    return np.concatenate([mean, spread, quick, pairs, count / len(heard), said.ravel()]).astype(np.float32)


@dataclass(frozen=True)
class LDA:
    """The discriminant, from ``ml/weights/second.npz``: ``centres`` (PHONES, CLUSTERED); ``mean`` and ``scale``
    (FEATURES,) of the features; ``origin`` (FEATURES,) and ``axes`` (FEATURES, D) of what is made of them. Two parts of
    a recording that lie further apart than ``threshold`` are two voices'."""

    centres: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    origin: np.ndarray
    axes: np.ndarray
    threshold: float

    def embeddings(self, rows: np.ndarray) -> np.ndarray:
        """Where stretches with ``rows`` (N, FEATURES) of features lie (N, D)."""
        return (standard(rows, self.mean, self.scale) - self.origin) @ self.axes


def standard(rows: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Features (N, FEATURES) in standard deviations from their mean, float32, none beyond five."""
    return np.clip((np.asarray(rows, np.float32) - mean) / scale, -_CLIP, _CLIP)


def shipped() -> LDA:
    """The shipped discriminant. Raises ModelMissing."""
    path = registry.file_of("second", "second.npz")
    return _load(path, registry.stamp(path))


@lru_cache(maxsize=2)
def _load(path: Path, _stamp: registry.Stamp) -> LDA:
    with np.load(path) as stored:
        values = {name: stored[name].astype(np.float32) for name in stored.files}
    return LDA(**values | {"threshold": float(values["threshold"])})


class SpeakerEmbedder:
    """Gathers the points of a stream of log-mel frames: one for each STRIDE frames, looking at WINDOW."""

    def __init__(self, space: LDA | None = None):
        self._space = space or shipped()
        self._embeddings = SpooledArray(np.float16, self._space.axes.shape[1])
        self._held = np.zeros((0, MELS), np.float32)

    def feed(self, mels: np.ndarray) -> None:
        """Take the next frames (N, MELS) in dB."""
        self._held = np.concatenate([self._held, mels])
        while len(self._held) >= WINDOW:
            self._embeddings.append(self._embedding(self._held[:WINDOW]))
            self._held = self._held[STRIDE:]

    def _embedding(self, mels: np.ndarray) -> np.ndarray:
        if mels.max() < QUIET_DB:
            return np.zeros((1, self._space.axes.shape[1]), np.float16)
        return self._space.embeddings(features(mels, self._space.centres)[None])

    def finish(self) -> Frames:
        """The points (N, D), to be read by slices: of the frames from N * STRIDE to N * STRIDE + WINDOW."""
        return self._embeddings.values()
