"""Whether a picture looks like the faces that the model has learnt from.

A linear reading of the last features of the network (the mean of its last map) tells faces from what the model knows
nothing of: faces behind masks, drawings, heads turned far away or upside down, things that are no face. It has learnt
from such pictures, made of training faces (outlier exposure; Hendrycks, Mazeika & Dietterich, ICLR 2019;
``ml.training.face.familiarity``). What looks foreign keeps its reading, and loses most of its confidence, so that
nothing is named.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from ml.core import registry

#: The file of the weights, and the name of the features among the network's outputs.
WEIGHTS, FEATURES = "face_familiarity.npz", "embedding"
#: How much of its confidence a reading of what is certainly foreign loses: just enough that the surest is named no more
#: (0.4 + 0.6 / 7 of one for seven classes). More would make plain faces that are taken for foreign less sure than they
#: are right.
DOUBT = 0.6


def foreign(features: np.ndarray) -> np.ndarray:
    """How surely pictures are none that the model knows, 0..1 (N,), from the network's features (N, F). A half and more
    is foreign. Raises ModelMissing."""
    path = registry.file_of("face", WEIGHTS)
    weight, bias = registry.kept(("face", WEIGHTS), lambda: _read(path, registry.stamp(path)))
    share: np.ndarray = 1 / (1 + np.exp(-np.clip(features @ weight + bias, -30, 30)))
    return share


def doubted(probabilities: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Rows (N, K) that add up to 1, drawn towards even ones by the ``share`` (N,) to which they are foreign; classes of
    probability 0 stay out of the question. The likeliest class stays the likeliest."""
    open_classes = probabilities > 0
    even = open_classes / open_classes.sum(axis=1, keepdims=True)
    weight = DOUBT * share[:, None]
    rows: np.ndarray = (1 - weight) * probabilities + weight * even
    return rows


@lru_cache(maxsize=2)
def _read(path: Path, _stamp: registry.Stamp) -> tuple[np.ndarray, float]:
    with np.load(path, allow_pickle=False) as stored:
        return stored["weight"].astype(np.float64), float(stored["bias"])
