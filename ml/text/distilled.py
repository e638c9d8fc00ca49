"""The distilled base model of the text model: what a sentence encoder makes of a text, from words and pairs alone.

A linear student of a teacher that is too slow to serve, with r = 0.95 between the two on essays that neither saw. It is
worth more than n-grams fitted to the labels themselves because the teacher knows which words resemble each other.
Serving is numpy alone; ``ml.training.text.distil`` fits it.

Source: G. Hinton, O. Vinyals and J. Dean (2015), Distilling the knowledge in a neural network.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from ml.text.terms import unpacked

FILE = "text_distilled.npz"


@dataclass(frozen=True)
class Distilled:
    """``terms`` maps a word or "word word", in lower case, to its row; ``weights`` (terms, 5), ``bias`` (5,)."""

    terms: dict[str, int]
    weights: np.ndarray
    bias: np.ndarray

    def score(self, words: list[str]) -> np.ndarray:
        """Scores (5,) of a text's tokens in lower case, not calibrated."""
        counts = Counter(map(self.terms.get, terms_of(words)))
        counts.pop(None, None)
        if not counts:
            return self.bias.copy()
        rows = np.fromiter(counts, np.int64, len(counts))
        return np.fromiter(counts.values(), np.float64, len(counts)) / len(words) @ self.weights[rows] + self.bias

    def contributions(self, words: list[str]) -> np.ndarray:
        """What each token (N, 5) adds to the score; a pair's part is shared between its two."""
        result = np.zeros((len(words), self.weights.shape[1]))
        for position, term in enumerate(terms_of(words)):
            if (row := self.terms.get(term)) is None:
                continue
            part = self.weights[row] / len(words)
            if position < len(words):
                result[position] += part
            else:
                first = position - len(words)
                result[first : first + 2] += part / 2
        return result


def terms_of(words: list[str]) -> list[str]:
    """Words, then pairs of neighbours."""
    return words + [f"{a} {b}" for a, b in pairwise(words)]


@lru_cache(maxsize=2)
def load(path: Path) -> Distilled:
    """Read what ``save`` wrote."""
    with np.load(path) as file:
        terms = unpacked(file["terms"])
        return Distilled(terms, file["weights"].astype(np.float64), file["bias"].astype(np.float64))
