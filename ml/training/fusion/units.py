"""The face side of RAVDESS's pairs: eight emotions from a clip's action units. Numpy only.

RAVDESS's videos are not at hand, so no picture of theirs can go through the face model that serves. This small head
stands in for it: a linear discriminant with a shrunken covariance (Friedman 1989) on action units less the person's own
baseline, the mean and spread of that person's unlabelled clips, drawn towards everybody's where there are few of them.
It ships for measuring alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.core import registry
from ml.core.emotions import SPEECH_EMOTIONS

#: A person's baseline counts as if everybody's had been seen in so many more of their clips.
BELIEF = 3.0
#: Standardised features are cut off here.
MOST = 4.0
#: How far the covariance is drawn towards a multiple of the identity.
SHRINKAGE = 0.2
CLASSES = len(SPEECH_EMOTIONS)


@dataclass(frozen=True)
class Head:
    """A linear classifier. ``mean``, ``spread`` (U,) are everybody's before a baseline is taken out, ``scale`` (U,) the
    spread after it; ``weights`` (U, 8), ``biases`` (8,)."""

    mean: np.ndarray
    spread: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    biases: np.ndarray

    def probabilities(self, units: np.ndarray, people: np.ndarray) -> np.ndarray:
        """Action units (N, U) of the people named (N,) to probabilities (N, 8) of SPEECH_EMOTIONS; rows of NaN stay
        NaN."""
        scores = personal(root(units), people, self.mean, self.spread) / self.scale
        return np.exp(log_softmax(np.clip(scores, -MOST, MOST) @ self.weights + self.biases))


def root(units: np.ndarray) -> np.ndarray:
    """Action units, whose means crowd near zero, as square roots."""
    return np.sqrt(np.clip(units, 0, None))


def personal(rows: np.ndarray, people: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Rows (N, F) less their person's baseline, in units of the person's own spread.

    A person's mean and spread are of all their rows here, with everybody's ``mean`` and ``spread`` (F,) counted as
    BELIEF further rows. Rows of nobody in particular ("") have everybody's baseline.
    """
    out = np.array(rows, float)
    for person in np.unique(people):
        mine = people == person
        some = out[mine][~np.isnan(out[mine]).any(axis=1)]
        count = 0 if person == "" else len(some)
        total = count + BELIEF
        middle, variance = mean, spread**2
        if count:
            middle = (some.sum(axis=0) + BELIEF * mean) / total
            variance = (((some - some.mean(axis=0)) ** 2).sum(axis=0) + BELIEF * variance) / total
        out[mine] = (out[mine] - middle) / np.sqrt(variance + 1e-12)
    return out


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """Log-probabilities of scores along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def fit(units: np.ndarray, people: np.ndarray, truth: np.ndarray) -> Head:
    """A head from action units (N, U) of people (N,) with classes (N,); rows of NaN are left out."""
    there = ~np.isnan(units).any(axis=1)
    rows, people, truth = root(units[there].astype(float)), people[there], truth[there]
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    own = personal(rows, people, mean, spread)
    scale = own.std(axis=0) + 1e-6
    x = np.clip(own / scale, -MOST, MOST)
    middles = np.stack([x[truth == k].mean(axis=0) for k in range(CLASSES)])
    rest = x - middles[truth]
    covariance = rest.T @ rest / len(rest)
    size = len(covariance)
    covariance = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.trace(covariance) / size * np.eye(size)
    weights = np.linalg.solve(covariance, middles.T)
    return Head(mean, spread, scale, weights, -0.5 * np.einsum("kf,fk->k", middles, weights))


def pack(head: Head, name: str) -> dict[str, np.ndarray]:
    """A head as arrays by name, for an .npz file."""
    return {f"{name}/units/{key}": getattr(head, key).astype(np.float32) for key in Head.__dataclass_fields__}


def load(name: str) -> Head:
    """A shipped head: ``all``, or ``0`` ... of a fold, which never met that fold's people. Raises ModelMissing."""
    with np.load(registry.file_of("fusion", "fusion.npz")) as file:
        return Head(**{key: file[f"{name}/units/{key}"].astype(float) for key in Head.__dataclass_fields__})
