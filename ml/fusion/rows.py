"""Rows of either model's probabilities on the classes that they have in common. Numpy only."""

from __future__ import annotations

import numpy as np

from ml.core.emotions import SEVEN, canonical

#: What a person may be doing at a moment, as far as face and voice tell together: the seven that both know, and calm,
#: which only the voice tells from neutral. Contempt, which only faces show, is no state: no recording of a voice is
#: labelled so, and the filter learns what a state looks and sounds like from both.
STATES = (*SEVEN, "calm")
NEUTRAL, CALM = STATES.index("neutral"), STATES.index("calm")


def to_states(labels: tuple[str, ...], rows: np.ndarray) -> np.ndarray:
    """Probabilities (N, len(labels)) of either model on STATES (N, 8), matched by name. Where ``labels`` lack calm,
    neutral's are shared between the two: such a model cannot tell them apart. Where they have contempt, a row is what
    it is among the other classes: that one is masked, as for a task whose labels lack it.

    Raises ValueError for a label that neither model has.
    """
    rows = np.asarray(rows, float)
    out = np.zeros((len(rows), len(STATES)))
    for column, label in enumerate(labels):
        if canonical(label) != "contempt":
            out[:, STATES.index(canonical(label))] += rows[:, column]
    if "contempt" in labels:
        out *= rows.sum(axis=1, keepdims=True) / np.maximum(out.sum(axis=1, keepdims=True), 1e-9)
    if "calm" not in labels:
        out[:, CALM] = out[:, NEUTRAL] = out[:, NEUTRAL] / 2
    return out


def to_seven(states: np.ndarray) -> np.ndarray:
    """Probabilities of STATES (..., 8) on the seven common classes (..., 7): calm counts as neutral."""
    out = np.array(states[..., : len(SEVEN)], float)
    out[..., NEUTRAL] += states[..., CALM]
    return out


def to_common(labels: tuple[str, ...], rows: np.ndarray) -> np.ndarray:
    """Probabilities (N, len(labels)) of either model on the seven common classes (N, 7), matched by name.

    Raises ValueError for a label that neither model has.
    """
    return to_seven(to_states(labels, rows))
