"""Rows of either model's probabilities on the face's seven classes, and how sure they are. Numpy only."""

from __future__ import annotations

import numpy as np

from ml.core.readings import FACE_EMOTIONS

#: The speech model's names for the face model's classes; calm has no face of its own and counts as neutral.
_TO_FACE = {"calm": "neutral", "fearful": "fear", "surprised": "surprise"}


def to_face_classes(labels: tuple[str, ...], rows: np.ndarray) -> np.ndarray:
    """Probabilities (N, len(labels)) of either model on the face's seven classes (N, 7), matched by name.

    Raises ValueError for a label that neither model has.
    """
    out = np.zeros((len(rows), len(FACE_EMOTIONS)))
    for column, label in enumerate(labels):
        out[:, FACE_EMOTIONS.index(_TO_FACE.get(label, label))] += rows[:, column]
    return out
