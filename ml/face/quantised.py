"""The samples of a recording, read in eight-bit integers: half the time, and hardly another answer.

``face_quick.onnx`` is made from ``face.onnx`` by :mod:`ml.training.face.quantise`, and names in its card which one.
Where it is missing, or made from other weights than those shipped, the network itself reads.
"""

from __future__ import annotations

import numpy as np

from ml.core import registry, runtime
from ml.core.errors import ModelMissing
from ml.face import classifier, familiarity
from ml.face.contrast import normalise_faces


def probabilities(crops: np.ndarray) -> np.ndarray:
    """What ``classifier.probabilities(crops, mirror=False)`` says, nearly: (N, 48, 48) to float64 (N, 8).

    Raises ModelMissing.
    """
    return look(crops).probabilities()


def look(crops: np.ndarray) -> classifier.Looked:
    """The head ``votes`` and the features, in eight-bit integers where they are there. Raises ModelMissing."""
    if not is_current():
        return classifier.look(crops, mirror=False, heads=("votes",))
    network, faces = runtime.network("face_quick"), normalise_faces(crops)[..., None]
    parts = [
        network.several(faces[start : start + classifier.BATCH], ("votes", familiarity.FEATURES))
        for start in range(0, len(faces), classifier.BATCH)
    ]
    if not parts:
        return classifier.Looked({"votes": classifier.on_all(np.zeros((0, 0)))}, np.zeros((0, 1)))
    rows, features = (np.concatenate(one) for one in zip(*parts, strict=True))
    return classifier.Looked({"votes": rows.astype(np.float64)}, features)


def is_current() -> bool:
    """Whether the quick network is there and was made from the face network that ships."""
    try:
        return registry.describe("face_quick")["of"] == registry.version_of("face").sha256
    except (ModelMissing, KeyError):
        return False
