"""Calibrate a head of the face network: matrix scaling, drawn towards a single temperature."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from ml.face.classifier import softmax

#: How strongly the matrix is drawn towards a multiple of the identity, and the offsets towards nought.
RIDGE = 0.01


def fit(logits: np.ndarray, truth: np.ndarray) -> dict[str, list]:
    """``matrix`` (K, K) and ``offset`` (K,) after which softmax makes the labels ``truth`` (N,) of logits (N, K)
    likeliest (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, matrix scaling), with a penalty on
    what goes beyond their temperature scaling, so that a class with few faces is not fitted by heart."""
    classes = logits.shape[1]
    x, wanted = logits - logits.mean(1, keepdims=True), np.eye(classes)[truth]

    def both(p: np.ndarray, towards: np.ndarray, strength: float) -> tuple[float, np.ndarray]:
        mapping = p.reshape(classes + 1, classes)
        likely = softmax(x @ mapping[:classes] + mapping[classes])
        gap, away = (likely - wanted) / len(truth), p - towards
        value = -np.log(np.maximum((likely * wanted).sum(1), 1e-12)).mean() + strength * float((away**2).sum())
        return value, np.vstack([x.T @ gap, gap.sum(0)]).ravel() + 2 * strength * away

    def along(scale: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = both(scale[0] * plain, scale[0] * plain, 0.0)
        return value, np.array([slope @ plain])

    plain = np.vstack([np.eye(classes), np.zeros(classes)]).ravel()
    first = minimize(along, [1.0], jac=True, method="L-BFGS-B", bounds=[(0.2, 5.0)]).x[0] * plain
    best = minimize(both, first, args=(first, RIDGE), jac=True, method="L-BFGS-B").x.reshape(classes + 1, classes)
    # The centring above is part of the matrix: softmax does not care, but whoever applies it need not know.
    matrix = (np.eye(classes) - 1 / classes) @ best[:classes]
    return {"matrix": matrix.round(5).tolist(), "offset": best[classes].round(5).tolist()}


def apply(logits: np.ndarray, found: dict[str, list]) -> np.ndarray:
    """Probabilities (N, K) of logits (N, K) under what ``fit`` found."""
    return softmax(logits @ np.array(found["matrix"]) + np.array(found["offset"]))


def cross_fitted(logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Probabilities (N, K), every other row's by a calibration that was fitted on the rows between."""
    p = np.empty(logits.shape)
    for side in (0, 1):
        p[side::2] = apply(logits[side::2], fit(logits[1 - side :: 2], truth[1 - side :: 2]))
    return p
