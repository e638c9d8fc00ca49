"""The interview as a whole, from the readings of its answers. Pure functions on estimates.

There is no total and no rank here on purpose: a distribution stays a distribution and five traits stay five.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ml.core.readings import Estimate, to_estimates
from ml.core.stored import Stored

Estimates = dict[str, Estimate]


@dataclass(frozen=True)
class EmotionSummary(Stored):
    """The distribution over ``answers`` of which ``seconds`` could be read, made of ``modalities``."""

    schema_version: ClassVar[int] = 2
    revive: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"distribution": to_estimates}

    distribution: Estimates
    answers: int
    seconds: float
    modalities: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class TraitSummary(Stored):
    """The traits over ``answers`` with ``words`` that the model knows, made of ``modalities``."""

    schema_version: ClassVar[int] = 2
    revive: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"traits": to_estimates}

    traits: Estimates
    answers: int
    words: int
    modalities: list[str] = field(default_factory=list)


def emotions(parts: Sequence[tuple[Estimates, float]]) -> Estimates:
    """The mean distribution over answers, each weighted by how many seconds of it could be read.

    ``parts`` are (distribution, seconds read > 0). Sampling errors of different answers are independent, so they add up
    in quadrature; where the answers differ by more than that, the interval is as wide as their differences say (the
    weighted standard error of the mean; Cochran 1977, the ratio of two means). ``n`` is the sum of the answers' n.
    """
    total = sum(weight for _, weight in parts)
    if not parts or total <= 0:
        return {}
    shares = [weight / total for _, weight in parts]
    labels = list(parts[0][0])
    combined: Estimates = {}
    for label in labels:
        estimates = [distribution[label] for distribution, _ in parts]
        values = [estimate.value for estimate in estimates]
        mean = sum(share * value for share, value in zip(shares, values, strict=True))
        within = math.sqrt(sum((share * (e.high - e.low) / 2) ** 2 for share, e in zip(shares, estimates, strict=True)))
        between = 0.0
        if len(parts) > 1:
            spread = sum((share * (value - mean)) ** 2 for share, value in zip(shares, values, strict=True))
            between = 1.96 * math.sqrt(spread * len(parts) / (len(parts) - 1))
        combined[label] = _estimate(mean, max(within, between), sum(e.n for e in estimates))
    return combined


def traits(parts: Sequence[tuple[Estimates, float]]) -> Estimates:
    """The mean of each trait over written answers, each weighted by how many of its words the model knows.

    The errors of one model on one person's answers are not independent: the interval does not shrink with the number of
    answers, it is the weighted mean of theirs.
    """
    total = sum(weight for _, weight in parts)
    if not parts or total <= 0:
        return {}
    shares = [weight / total for _, weight in parts]
    combined: Estimates = {}
    for trait in parts[0][0]:
        estimates = [found[trait] for found, _ in parts]
        low, value, high = (
            sum(share * getattr(e, key) for share, e in zip(shares, estimates, strict=True))
            for key in ("low", "value", "high")
        )
        combined[trait] = Estimate(value, low, high, sum(e.n for e in estimates))
    return combined


def _estimate(mean: float, half: float, n: int) -> Estimate:
    return Estimate(mean, max(0.0, mean - half), min(1.0, mean + half), n)
