"""Calibrate a head of the face network: temperature scaling."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from ml.core.statistics import softmax


def fit(logits: np.ndarray, truth: np.ndarray) -> float:
    """The temperature (0.2..5) over which logits (N, K) make the labels ``truth`` (N,) likeliest (Guo et al., "On
    Calibration of Modern Neural Networks", ICML 2017)."""

    def loss(log_temperature: float) -> float:
        p = softmax(logits / np.exp(log_temperature))
        return -float(np.log(np.maximum(p[np.arange(len(truth)), truth], 1e-12)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(np.log(0.2), np.log(5)), method="bounded").x))


def cross_fitted(logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Probabilities (N, K), every other row's under a temperature that was fitted on the rows between."""
    p = np.empty(logits.shape)
    for side in (0, 1):
        p[side::2] = softmax(logits[side::2] / fit(logits[1 - side :: 2], truth[1 - side :: 2]))
    return p
