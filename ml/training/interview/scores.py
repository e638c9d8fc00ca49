"""Figures of merit: correlation and error with intervals over students (or videos)."""

from __future__ import annotations

from typing import Any

import numpy as np


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's r of (N,) and (N,); NaN where one of them does not vary."""
    if len(a) < 2 or np.std(a) < 1e-12 or np.std(b) < 1e-12:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def merit(predicted: np.ndarray, truth: np.ndarray, groups: np.ndarray, repeats: int = 1000) -> dict[str, Any]:
    """r and mean absolute error of (N,) against (N,), each with its 95 % interval by drawing whole ``groups`` (N,) with
    replacement, and the error of always giving the mean. Rows without a rating are left out.

    Raises ValueError where fewer than three rows are left.
    """
    known = np.isfinite(truth)
    predicted, truth, groups = predicted[known], truth[known], groups[known]
    if len(truth) < 3:
        raise ValueError("fewer than three rows have a rating")
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    rng = np.random.default_rng(0)
    rs, errors = [], []
    for _ in range(repeats):
        rows = np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))])
        rs.append(correlation(predicted[rows], truth[rows]))
        errors.append(np.abs(predicted[rows] - truth[rows]).mean())
    return {
        "r": _rounded(correlation(predicted, truth)),
        "r_interval": _interval(rs),
        "mae": _rounded(float(np.abs(predicted - truth).mean())),
        "mae_interval": _interval(errors),
        "mae_of_the_mean": _rounded(float(np.abs(truth - truth.mean()).mean())),
        "n": len(truth),
        "groups": len(members),
    }


def _interval(values: list[float]) -> list[float | None] | None:
    known = [value for value in values if np.isfinite(value)]
    return [_rounded(float(value)) for value in np.quantile(known, [0.025, 0.975])] if known else None


def _rounded(value: float) -> float | None:
    return round(value, 4) if np.isfinite(value) else None
