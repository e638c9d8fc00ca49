"""Rows of either model's probabilities on the classes that they have in common. Numpy only."""

from __future__ import annotations

import numpy as np

from ml.core.readings import FACE_EMOTIONS

#: What a person may be doing at a moment, as far as face and voice tell: the face's seven classes, and calm, which only
#: the voice tells from neutral.
STATES = (*FACE_EMOTIONS, "calm")
NEUTRAL, CALM = STATES.index("neutral"), STATES.index("calm")
#: The speech model's names for the face model's classes.
_TO_FACE = {"fearful": "fear", "surprised": "surprise"}


def to_states(labels: tuple[str, ...], rows: np.ndarray) -> np.ndarray:
    """Probabilities (N, len(labels)) of either model on STATES (N, 8), matched by name. Where ``labels`` lack calm,
    neutral's are shared between the two: such a model cannot tell them apart.

    Raises ValueError for a label that neither model has.
    """
    rows = np.asarray(rows, float)
    out = np.zeros((len(rows), len(STATES)))
    for column, label in enumerate(labels):
        out[:, STATES.index(_TO_FACE.get(label, label))] += rows[:, column]
    if "calm" not in labels:
        out[:, CALM] = out[:, NEUTRAL] = out[:, NEUTRAL] / 2
    return out


def to_seven(states: np.ndarray) -> np.ndarray:
    """Probabilities of STATES (..., 8) on the face's seven classes (..., 7): calm counts as neutral."""
    out = np.array(states[..., : len(FACE_EMOTIONS)], float)
    out[..., NEUTRAL] += states[..., CALM]
    return out


def to_face_classes(labels: tuple[str, ...], rows: np.ndarray) -> np.ndarray:
    """Probabilities (N, len(labels)) of either model on the face's seven classes (N, 7), matched by name.

    Raises ValueError for a label that neither model has.
    """
    return to_seven(to_states(labels, rows))
