"""Rates and impact ratios as 6 RCNY § 5-301 defines them, with intervals for small samples. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: Of fewer people than this no rate is shown: it says little, and may say who somebody is.
SMALLEST = 5
#: A category below this share of the data may be left out of impact ratios (6 RCNY § 5-301(d)).
SMALL_SHARE = 0.02
#: Square of the 97.5 % point of the normal distribution: 95 % intervals.
_LIMIT = 1.959963984540054**2


@dataclass(frozen=True)
class Rate:
    """``chosen`` of ``n`` people, with the exact interval (Clopper and Pearson, 95 %). Shares 0..1."""

    chosen: int
    n: int

    @property
    def value(self) -> float:
        """The share; NaN of nobody."""
        return self.chosen / self.n if self.n else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Lowest and highest share that the data is likely under."""
        if not self.n:
            return 0.0, 1.0
        from scipy.stats import beta  # two seconds to import, which few processes need

        low = float(beta.ppf(0.025, self.chosen, self.n - self.chosen + 1)) if self.chosen else 0.0
        high = float(beta.ppf(0.975, self.chosen + 1, self.n - self.chosen)) if self.chosen < self.n else 1.0
        return low, high

    @property
    def is_enough(self) -> bool:
        """Whether so many people that a rate may be shown."""
        return self.n >= SMALLEST


@dataclass(frozen=True)
class Row:
    """One category: its rate, its ratio to the most chosen one with an interval, and how likely a difference as large
    as this is by chance (Fisher's exact test, both sides). None where there are too few people."""

    rate: Rate
    ratio: float | None = None
    interval: tuple[float, float] | None = None
    chance: float | None = None
    is_reference: bool = False
    #: Below 2 % of the data: may be left out by an auditor.
    is_small: bool = False


def compare(rates: Mapping[str, Rate]) -> dict[str, Row]:
    """Each category beside the one with the highest rate, among those with enough people."""
    from scipy.stats import fisher_exact  # two seconds to import, which few processes need

    total = sum(rate.n for rate in rates.values())
    enough = {key: rate for key, rate in rates.items() if rate.is_enough}
    best = max(enough, key=lambda key: (enough[key].value, enough[key].n), default=None)
    found = {}
    for key, rate in rates.items():
        small = bool(total) and rate.n < SMALL_SHARE * total
        if best is None or key not in enough or enough[best].chosen == 0:
            found[key] = Row(rate, is_small=small)
            continue
        other = enough[best]
        if key == best:
            found[key] = Row(rate, 1.0, is_reference=True, is_small=small)
            continue
        table = [[rate.chosen, rate.n - rate.chosen], [other.chosen, other.n - other.chosen]]
        chance = float(fisher_exact(table).pvalue)
        found[key] = Row(rate, rate.value / other.value, ratio_interval(rate, other), chance, is_small=small)
    return found


def ratio_interval(one: Rate, other: Rate) -> tuple[float, float]:
    """The 95 % score interval (Koopman 1984) of the ratio of two rates; infinity where nothing bounds it above."""

    def excess(ratio: float) -> float:
        return _score(one, other, ratio) - _LIMIT

    estimate = one.value / other.value if other.chosen else math.inf
    low = 0.0
    if one.chosen:
        start = estimate if math.isfinite(estimate) else one.value
        while excess(start) > 0:
            start *= 2
        low = _root(excess, 1e-9, start)
    high = math.inf
    if other.chosen:
        begin, end = max(estimate, 1e-9), max(2 * estimate, 1.0)
        while excess(end) < 0 and end < 1e9:
            end *= 2
        high = _root(excess, begin, end)
    return low, high


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq  # two seconds to import, which few processes need

    if function(low) * function(high) > 0:
        return low
    return float(brentq(function, low, high, xtol=1e-10))


def _score(one: Rate, other: Rate, ratio: float) -> float:
    """The score statistic of "the ratio is ``ratio``": chi-squared with one degree of freedom."""
    x, m, y, n = one.chosen, one.n, other.chosen, other.n
    # The likeliest pair of rates with this ratio: a root of a quadratic equation in the first one.
    a, b, c = m + n, -(ratio * (m + y) + x + n), ratio * (x + y)
    p = (-b - math.sqrt(max(b * b - 4 * a * c, 0.0))) / (2 * a)
    q = p / ratio
    if not 0 < p < 1 or not 0 < q < 1:
        expected = (m * p, n * q)
        return 0.0 if expected == (x, y) else math.inf
    return (x - m * p) ** 2 / (m * p * (1 - p)) + (y - n * q) ** 2 / (n * q * (1 - q))
