"""The samples of a recording, read in eight-bit integers: half the time, and hardly another answer.

``face_quick.onnx`` is made from ``face.onnx`` by :mod:`ml.training.face.quantise`, and names in its card which one.
Where it is missing, or made from other weights than those shipped, the network itself reads.
"""

from __future__ import annotations

import numpy as np

from ml.core import registry, runtime
from ml.core.emotions import FACE_EMOTIONS
from ml.core.errors import ModelMissing
from ml.core.statistics import softmax
from ml.face import classifier
from ml.face.contrast import normalise_faces


def probabilities(crops: np.ndarray) -> np.ndarray:
    """What ``classifier.probabilities(crops, mirror=False)`` says, nearly: (N, 48, 48) to float64 (N, 8).

    Raises ModelMissing.
    """
    if not is_current():
        return classifier.probabilities(crops, mirror=False)
    return softmax(classifier.calibrated(logits(crops), "votes"))


def logits(crops: np.ndarray) -> np.ndarray:
    """The outputs of the head ``votes`` in eight-bit integers: float64 (N, 8). Raises ModelMissing."""
    network, faces = runtime.network("face_quick"), normalise_faces(crops)[..., None]
    rows = [
        network.run(faces[start : start + classifier.BATCH], "votes")
        for start in range(0, len(faces), classifier.BATCH)
    ]
    return np.concatenate(rows).astype(np.float64) if rows else np.zeros((0, len(FACE_EMOTIONS)))


def is_current() -> bool:
    """Whether the quick network is there and was made from the face network that ships."""
    try:
        return registry.describe("face_quick")["of"] == registry.version_of("face").sha256
    except (ModelMissing, KeyError):
        return False
