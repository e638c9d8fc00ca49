"""Figures of clips from the probabilities of face, voice and both: overall, per class, per person, and with a side
degraded."""

from __future__ import annotations

from typing import Any

import numpy as np

from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.statistics import confusion, expected_calibration_error, recalls, wilson

#: The three sentiments and the emotions behind them; fear, disgust and surprise belong to none.
SENTIMENTS = {"negative": ("angry", "sad"), "neutral": ("neutral", "calm"), "positive": ("happy",)}
#: Draws of people for an interval.
DRAWS = 2000


def uar(rows: np.ndarray, truth: np.ndarray) -> float | None:
    """Unweighted average recall over the classes that occur, of probabilities (N, K); rows of NaN are no answers and
    count as wrong. None where there is no answer at all."""
    if not len(rows) or np.isnan(rows).all():
        return None
    answers = np.where(np.isnan(rows[:, 0]), -1, np.nan_to_num(rows).argmax(axis=1))
    return float(np.mean([(answers[truth == k] == k).mean() for k in np.unique(truth)]))


def over_people(rows: np.ndarray, truth: np.ndarray, people: np.ndarray) -> list[float] | None:
    """The 95 % interval of the UAR when other people might have been drawn (bootstrap over people, fixed seed); None
    for fewer than three."""
    names = np.unique(people)
    if len(names) < 3:
        return None
    classes = rows.shape[1]
    answers = np.nan_to_num(rows).argmax(axis=1)
    tables = np.stack([confusion(truth[people == p], answers[people == p], classes) for p in names])
    random = np.random.default_rng(0)
    drawn = [recalls(tables[random.integers(0, len(names), len(names))].sum(axis=0))[1] for _ in range(DRAWS)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return [float(low), float(high)]


def describe(
    read: dict[str, np.ndarray], truth: np.ndarray, people: np.ndarray, labels: tuple[str, ...]
) -> dict[str, Any]:
    """Figures of ``fused`` with the single sides' beside them; ``read`` has ``face``, ``speech``, ``fused`` (N, K)."""
    fused = read["fused"]
    answers = fused.argmax(axis=1)
    matrix = confusion(truth, answers, len(labels))
    each, _ = recalls(matrix)
    right = int((answers == truth).sum())
    one = {side: uar(read[side], truth) for side in ("face", "speech")}
    best = max((value for value in one.values() if value is not None), default=None)
    whole = uar(fused, truth)
    counts = matrix.sum(axis=1)
    return {
        "n": len(truth),
        "accuracy": right / len(truth),
        "accuracy_interval": wilson(right, len(truth)),
        "uar": whole,
        "uar_interval_over_people": over_people(fused, truth, people),
        "face_uar": one["face"],
        "speech_uar": one["speech"],
        "gain_over_better_side": None if best is None or whole is None else whole - best,
        "expected_calibration_error": expected_calibration_error(fused, truth),
        "per_class_recall": dict(zip(labels, each, strict=True)),
        "per_class_interval": {
            label: wilson(int(matrix[k, k]), int(counts[k])) for k, label in enumerate(labels) if counts[k]
        },
        "per_actor_uar": {str(p): uar(fused[people == p], truth[people == p]) for p in np.unique(people)},
        "confusion_matrix": matrix.tolist(),
        "labels": list(labels),
    }


def both_tasks(read: dict[str, np.ndarray], truth: np.ndarray, people: np.ndarray) -> dict[str, Any]:
    """``eight`` emotions and, on the clips that have one, ``three`` sentiments."""
    found = {"eight": describe(read, truth, people, SPEECH_EMOTIONS)}
    sentiment = sentiment_of(truth)
    kept = sentiment >= 0
    if kept.any():
        three = {side: to_sentiments(rows[kept]) for side, rows in read.items()}
        found["three"] = describe(three, sentiment[kept], people[kept], tuple(SENTIMENTS))
    return found


def degraded(reads: dict[str, dict[str, np.ndarray]], truth: dict[str, np.ndarray]) -> dict[str, Any]:
    """For each condition: UAR of the fusion and of each side under it, and how far the fusion lies above the better
    one.

    ``reads`` and ``truth`` are by the name of the condition.
    """
    out = {}
    for name, read in reads.items():
        y = truth[name]
        sides = {side: uar(read[side], y) for side in ("face", "speech", "fused")}
        left = max((one for s in ("face", "speech") if (one := sides[s]) is not None), default=None)
        out[name] = {
            "n": len(y),
            "uar": sides["fused"],
            "face_uar": sides["face"],
            "speech_uar": sides["speech"],
            "above_better_side": None if left is None or sides["fused"] is None else sides["fused"] - left,
        }
    return out


def to_sentiments(rows: np.ndarray) -> np.ndarray:
    """Probabilities of SPEECH_EMOTIONS (N, 8) on the three SENTIMENTS (N, 3), as if there were no other emotions."""
    columns = [rows[:, [SPEECH_EMOTIONS.index(e) for e in names]].sum(axis=1) for names in SENTIMENTS.values()]
    found = np.stack(columns, axis=1) + 1e-12
    return found / found.sum(axis=1, keepdims=True)


def sentiment_of(truth: np.ndarray) -> np.ndarray:
    """Indices into SENTIMENTS (N,) of indices into SPEECH_EMOTIONS (N,); -1 where an emotion has none."""
    table = [next((i for i, n in enumerate(SENTIMENTS.values()) if e in n), -1) for e in SPEECH_EMOTIONS]
    return np.array(table)[truth]
