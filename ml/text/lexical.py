"""The lexical base model of the text model: logistic regression on TF-IDF of lemmas and pairs of lemmas.

It is the baseline that the network has to beat, and it sees what the network cannot: rare words. What ships is the
calibrated sum of both. Serving is numpy alone; ``ml.training.text.fit_linear`` fits it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from ml.text.terms import unpacked

FILE = "text_lexical.npz"


@dataclass(frozen=True)
class Lexical:
    """``terms`` maps a lemma or "lemma lemma" to its row; ``idf`` (terms,), ``weights`` (terms, 5), ``bias`` (5,)."""

    terms: dict[str, int]
    idf: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def score(self, lemmas: list[str]) -> np.ndarray:
        """Log-odds (5,) of the upper half per trait, not calibrated."""
        counts = Counter(map(self.terms.get, terms_of(lemmas)))
        counts.pop(None, None)
        if not counts:
            return self.bias.copy()
        rows = np.fromiter(counts, np.int64, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float64, len(counts)))) * self.idf[rows]
        return (values / np.linalg.norm(values)) @ self.weights[rows] + self.bias

    def contributions(self, lemmas: list[str]) -> np.ndarray:
        """What each lemma (N, 5) adds to the score: a term's part is shared out among its occurrences and words."""
        terms = terms_of(lemmas)
        counts = Counter(row for term in terms if (row := self.terms.get(term)) is not None)
        result = np.zeros((len(lemmas), self.weights.shape[1]))
        if not counts:
            return result
        value = {row: (1 + np.log(number)) * self.idf[row] for row, number in counts.items()}
        norm = np.linalg.norm(list(value.values()))
        for position, term in enumerate(terms):
            if (row := self.terms.get(term)) is None:
                continue
            part = value[row] / norm / counts[row] * self.weights[row]
            if position < len(lemmas):
                result[position] += part
            else:
                first = position - len(lemmas)
                result[first : first + 2] += part / 2
        return result


def terms_of(lemmas: list[str]) -> list[str]:
    """Lemmas and pairs of neighbours."""
    return lemmas + [f"{a} {b}" for a, b in pairwise(lemmas)]


@lru_cache(maxsize=2)
def load(path: Path) -> Lexical:
    """Read what ``save`` wrote."""
    with np.load(path) as file:
        terms = unpacked(file["terms"])
        return Lexical(terms, *(file[name].astype(np.float64) for name in ("idf", "weights", "bias")))
