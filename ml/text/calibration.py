"""From the base models' scores to a probability that means what it says, for the number of words that were read.

Each base model's score is divided by its standard deviation over held-out essays, and what is left is averaged, each
counting alike. (Weights fitted to 2,220 essays did no better.) Per trait and per number of words (a grid, interpolated
in its logarithm) a Platt scaling follows, ``logit = a * mean + b`` with
a >= 0. Few words -> small a and b -> a probability near one half. All of it is fitted on out-of-fold predictions alone.

The interval says where the calibrated log-odds would lie had the same person written a whole essay instead, and another
one: the spread between the reading of an essay's first n words and of the whole, added to the spread between two
separate stretches of one essay, both measured out of fold; added to these are the networks' disagreement and the
calibration's own standard error. It narrows as the text grows. It says nothing about how well words tell a personality
at all: the probability does.

Source: J. Platt (1999), Probabilistic outputs for support vector machines.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ml.core.readings import TRAITS

#: The base models, in the order of the scores' rows.
BASE_MODELS = ("network", "lexical", "topics", "style", "distilled")
#: How much each base model counts; they add up to 1. All count alike: nothing was tuned.
WEIGHTS = np.full(len(BASE_MODELS), 1 / len(BASE_MODELS))


@dataclass(frozen=True)
class Calibration:
    """``words`` (G) rising; ``scale`` (models, 5): standard deviations of the scores; the rest (G, 5): factor, bias,
    and standard deviations of the log-odds."""

    words: list[int]
    scale: list[list[float]]
    factor: list[list[float]]
    bias: list[list[float]]
    spread: list[list[float]]
    error: list[list[float]]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Calibration:
        """What `to_json` gave, as an object again."""
        return cls(**data)

    def to_json(self) -> dict[str, Any]:
        """The same as what JSON can hold."""
        return asdict(self)

    def _at(self, name: str, words: int) -> np.ndarray:
        table, grid = np.array(getattr(self, name)), np.log(self.words)
        return np.array([np.interp(np.log(max(words, 1)), grid, table[:, trait]) for trait in range(len(TRAITS))])

    def logit(self, words: int, scores: np.ndarray) -> np.ndarray:
        """Calibrated log-odds (…, 5) from the base models' scores (…, models, 5) of a text of ``words`` words."""
        return combine(scores, np.array(self.scale)) * self._at("factor", words) + self._at("bias", words)

    def deviation(self, words: int, disagreement: np.ndarray) -> np.ndarray:
        """Standard deviation (5,) of the calibrated log-odds. ``disagreement`` is the standard error of the mean of the
        networks' log-odds (5,)."""
        # Past the grid's end the spread goes on falling as one over the root of the number of words.
        beyond = np.sqrt(max(1.0, words / self.words[-1]))
        network = self._at("factor", words) * disagreement / np.array(self.scale)[0] * WEIGHTS[0]
        return np.sqrt((self._at("spread", words) / beyond) ** 2 + self._at("error", words) ** 2 + network**2)


def combine(scores: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """The weighted mean (…, 5) of scores (…, models, 5), each divided by its scale (models, 5)."""
    return np.einsum("h,...hk->...k", WEIGHTS, scores / scale)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """The logistic function of log odds, 0..1; odds beyond e^30 count as that."""
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))


def logit(p: np.ndarray) -> np.ndarray:
    """The log odds of probabilities, which are kept off 0 and 1."""
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))
