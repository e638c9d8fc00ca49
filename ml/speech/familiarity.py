"""How like the training data a window sounds: the further from all of it, the less its reading is worth.

A training corpus spans a few dozen directions of what the encoders hear in a voice; what of a window lies outside of
them is its distance (the residual of a principal component analysis; for networks Wang et al., "ViM:
Out-of-Distribution with Virtual-Logit Matching", CVPR 2022, and Ndiour et al., 2020). Each corpus has directions of its
own and a limit, so that a voice somewhere between two corpora is near neither. Language, accent, room, microphone and
codec all move it; none is asked for by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ml.speech.encoder import means_alone

#: Standard deviations beyond which a feature is cut off.
CLIP = 4.0


@dataclass(frozen=True)
class Corpus:
    """The directions in which one training corpus varies: ``middle`` and ``spread`` (F,) of its features (the encoders'
    means), ``basis`` (F, K) with orthonormal columns, ``limit``: the distance that is 1."""

    middle: np.ndarray
    spread: np.ndarray
    basis: np.ndarray
    limit: float

    #: The arrays that a corpus is kept as.
    parts: ClassVar[tuple[str, ...]] = ("middle", "spread", "basis")

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray], name: str, limit: float) -> Corpus:
        """A corpus from the arrays ``NAME/middle``, ``NAME/spread`` and ``NAME/basis``."""
        middle, spread, basis = (np.asarray(arrays[f"{name}/{part}"], np.float32) for part in cls.parts)
        return cls(middle, spread, basis, limit)

    def distance(self, features: np.ndarray) -> np.ndarray:
        """Mean square of what the directions leave of features (N, F), in units of the limit: (N,)."""
        rows = np.clip((features - self.middle) / self.spread, -CLIP, CLIP)
        along = rows @ self.basis
        return ((rows**2).sum(axis=1) - (along**2).sum(axis=1)) / rows.shape[1] / self.limit


@dataclass(frozen=True)
class Familiarity:
    """All training corpora."""

    corpora: tuple[Corpus, ...]

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Distance (N,) of `encoder.encode`'s features (N, sum(FEATURES)) to the nearest corpus; up to about 1 the
        training data sound so."""
        means = means_alone(np.asarray(features))
        return np.min([corpus.distance(means) for corpus in self.corpora], axis=0)


def foreign(distance: np.ndarray | float, width: float) -> np.ndarray | float:
    """How far, 0..1, a reading is to be taken as of something unknown; a half at distance 1, ``width`` says how
    sharply it rises there."""
    return 1 / (1 + np.exp(-np.clip((np.asarray(distance) - 1) / width, -30, 30)))
