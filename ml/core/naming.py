"""What may be named: the one rule of when the evidence is enough to say a class, a number or an interval.

Everything that names an expression to a person asks here: the readings of face, voice and both, the live room, the
report and the command line. Below the rule it is "not enough to tell".
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ml.core.readings import Estimate
from ml.core.statistics import block_bootstrap

#: A class is named at one moment where it is likelier than all others together.
LEAST_PROBABILITY = 0.5
#: Of a whole recording none is named where less than this share of it could be read.
LEAST_COVERAGE = 0.3
#: From fewer independent observations than this nothing follows about their spread: neither an interval nor a class.
LEAST_N = 2


def is_sure(probabilities: np.ndarray, least: float = LEAST_PROBABILITY) -> np.ndarray | bool:
    """Whether the likeliest class of calibrated rows (..., K) may be named at their moment: bool (...)."""
    sure: np.ndarray | bool = np.max(probabilities, axis=-1) >= least
    return sure


def has_interval(estimate: Estimate) -> bool:
    """Whether an estimate's interval says anything: a single stretch says nothing of the spread between stretches."""
    return estimate.n >= LEAST_N


def is_open(estimate: Estimate) -> bool:
    """Whether the interval of a probability holds one half: neither the upper nor the lower half may be named."""
    return estimate.low <= 0.5 <= estimate.high


def dominant(distribution: Mapping[str, Estimate], coverage: float) -> str | None:
    """The class of a whole recording: whose interval lies above that of every other, where there is enough to go by."""
    first = max(distribution, key=lambda label: distribution[label].value)
    best = distribution[first]
    clear = best.low > max(other.high for label, other in distribution.items() if label != first)
    return first if clear and has_interval(best) and coverage >= LEAST_COVERAGE else None


def leader(rows: np.ndarray, block: int) -> int | None:
    """The class of rows (N, K) of which neighbours overlap, which makes `dominant` too strict: the one whose lead over
    each other is more than chance (95 % interval of the difference above 0, blocks of ``block`` rows)."""
    best = int(rows.mean(axis=0).argmax())
    low, _ = block_bootstrap(np.delete(rows[:, best : best + 1] - rows, best, axis=1), block)
    return best if (low > 0).all() else None
