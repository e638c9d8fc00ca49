"""How far raters agree: intraclass correlations with their 95 % intervals (Shrout and Fleiss 1979)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri

#: Fewer targets than this say nothing that an interval could hold.
FEWEST_TARGETS = 5
_UPPER = 0.975


@dataclass(frozen=True)
class Agreement:
    """An intraclass correlation with its interval, from ``targets`` rated by ``raters`` each (on average).

    1 is full agreement; 0 and less is no more than by chance.
    """

    value: float
    low: float
    high: float
    targets: int
    raters: float


def one_way(rows: Sequence[Sequence[float]]) -> Agreement | None:
    """ICC(1,1): targets that are each rated by people of their own; ``rows`` holds the scores of each target.

    A target with fewer than two scores says nothing. Where their numbers differ, k is the usual weighted mean of them
    and the interval is approximate. None where there are fewer than FEWEST_TARGETS, or all scores are the same.
    """
    rated = [np.asarray(row, float) for row in rows if len(row) > 1]
    n, total = len(rated), sum(len(row) for row in rated)
    if n < FEWEST_TARGETS:
        return None
    grand = sum(row.sum() for row in rated) / total
    between = sum(len(row) * (row.mean() - grand) ** 2 for row in rated) / (n - 1)
    within = sum(((row - row.mean()) ** 2).sum() for row in rated) / (total - n)
    k = (total - sum(len(row) ** 2 for row in rated) / total) / (n - 1)
    if between <= 0 and within <= 0:
        return None
    value = (between - within) / (between + (k - 1) * within)
    if within <= 0:
        return Agreement(1.0, 1.0, 1.0, n, k)
    ratio = between / within
    low, high = ratio / fdtri(n - 1, total - n, _UPPER), ratio * fdtri(total - n, n - 1, _UPPER)
    return _bounded(value, (low - 1) / (low + k - 1), (high - 1) / (high + k - 1), n, k)


def two_way(matrix: Sequence[Sequence[float]]) -> Agreement | None:
    """ICC(2,1), absolute agreement: the same raters rate all targets; ``matrix`` is (targets, raters), complete.

    None where there are fewer than FEWEST_TARGETS or two raters, or all scores are the same.
    """
    scores = np.asarray(matrix, float)
    if scores.ndim != 2 or scores.shape[0] < FEWEST_TARGETS or scores.shape[1] < 2:
        return None
    n, k = scores.shape
    grand = scores.mean()
    targets, raters = scores.mean(axis=1), scores.mean(axis=0)
    between = k * ((targets - grand) ** 2).sum() / (n - 1)
    judges = n * ((raters - grand) ** 2).sum() / (k - 1)
    error = ((scores - targets[:, None] - raters[None] + grand) ** 2).sum() / ((n - 1) * (k - 1))
    whole = between + (k - 1) * error + k * (judges - error) / n
    if whole <= 1e-12:
        return None
    value = (between - error) / whole
    if error <= 1e-12:
        # Raters who differ by a constant alone, or not at all: nothing is left to estimate an interval from.
        return _bounded(value, value, value, n, k)
    share = max(value, 0.0)
    inner = n * (1 + (k - 1) * share) - k * share
    f = judges / error
    df = (k - 1) * (n - 1) * (k * share * f + inner) ** 2 / ((n - 1) * k**2 * share**2 * f**2 + inner**2)
    rest = k * judges + (k * n - k - n) * error
    upper, lower = fdtri(n - 1, df, _UPPER), fdtri(df, n - 1, _UPPER)
    low = n * (between - upper * error) / (upper * rest + n * between)
    high = n * (lower * between - error) / (rest + n * lower * between)
    return _bounded(value, low, high, n, k)


def _bounded(value: float, low: float, high: float, n: int, k: float) -> Agreement:
    """Within -1..1, the interval around the value."""
    value = float(np.clip(value, -1, 1))
    low, high = min(value, float(np.clip(low, -1, 1))), max(value, float(np.clip(high, -1, 1)))
    return Agreement(value, low, high, n, round(float(k), 2))
