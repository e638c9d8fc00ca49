"""Calibrate a head of the face network: temperature scaling."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from ml.core.statistics import expected_calibration_error, softmax
from ml.face import classifier


def fit(logits: np.ndarray, truth: np.ndarray) -> float:
    """The temperature (0.2..5) over which logits (N, K) make the labels ``truth`` (N,) likeliest (Guo et al., "On
    Calibration of Modern Neural Networks", ICML 2017)."""

    def loss(log_temperature: float) -> float:
        p = softmax(logits / np.exp(log_temperature))
        return -float(np.log(np.maximum(p[np.arange(len(truth)), truth], 1e-12)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(np.log(0.2), np.log(5)), method="bounded").x))


def on_held_out(faces: np.ndarray, labels: np.ndarray, majority: np.ndarray) -> tuple[dict[str, float], dict[str, Any]]:
    """Each head's temperature on faces (N, 48, 48) that training never saw, with FER2013's ``labels`` (N,) and what
    most of FER+'s annotators saw (N,; -1: none); and figures, whose calibration errors are of folds: each fifth under
    the temperature of the others."""
    seen = classifier.look(faces)
    found: dict[str, float] = {}
    figures: dict[str, Any] = {"held_out_rows": len(labels)}
    for head, truth, prefix in (("labels", labels, ""), ("votes", majority, "ferplus_")):
        some = truth >= 0
        logits, known = seen.outputs[head][some], truth[some]
        found[head] = round(fit(logits, known), 4)
        p = cross_fitted(logits, known)
        figures |= {
            f"{prefix}held_out_accuracy": round(float((logits.argmax(1) == known).mean()), 4),
            f"{prefix}calibration_error": round(expected_calibration_error(p, known), 4),
            f"{prefix}calibration_error_uncalibrated": round(expected_calibration_error(softmax(logits), known), 4),
        }
    return found, figures


def cross_fitted(logits: np.ndarray, truth: np.ndarray, folds: int = 5) -> np.ndarray:
    """Probabilities (N, K), each fold's under a temperature that was fitted on the others."""
    p, fold = np.empty(logits.shape), np.arange(len(truth)) % folds
    for side in np.unique(fold):
        inside = fold == side
        others = ~inside if (~inside).any() else inside
        p[inside] = softmax(logits[inside] / fit(logits[others], truth[others]))
    return p
