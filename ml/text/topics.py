"""The topics base model of the text model: what a text is about, and which texts like it were written by whom.

TF-IDF of lemmas -> latent semantic analysis (a hundred directions) -> Gaussian kernel to a few hundred centres -> ridge
regression. Unlike the other base models it bends: a topic may count one way beside one topic and another way beside
another.
The centres are means of several essays each, so that none can be read from them. Serving is numpy alone.

Sources: S. Deerwester et al. (1990), Indexing by latent semantic analysis; C. Williams and M. Seeger (2001), Using the
Nystrom method to speed up kernel machines.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ml.text.terms import unpacked

FILE = "text_topics.npz"
#: Standard deviations past which a direction counts no more.
CLIP = 3.0


@dataclass(frozen=True)
class Topics:
    """``terms`` maps a lemma to its row; ``idf`` (terms,), ``directions`` (terms, K), ``mean`` and ``deviation``
    (K,) of the essays' places, ``centres`` (C, K), ``width`` of the kernel, ``weights`` (C, 5), ``bias`` (5,)."""

    terms: dict[str, int]
    idf: np.ndarray
    directions: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    centres: np.ndarray
    width: float
    weights: np.ndarray
    bias: np.ndarray

    def place(self, counts: dict[str, int]) -> np.ndarray:
        """Where a text's lemmas, counted, lie among the topics: (K,), standardised and clipped."""
        found = [(row, number) for term, number in counts.items() if (row := self.terms.get(term)) is not None]
        if not found:
            return np.zeros(len(self.mean))
        rows, numbers = np.array(found).T
        values = (1 + np.log(numbers)) * self.idf[rows]
        place = (values / np.linalg.norm(values)) @ self.directions[rows]
        return np.clip((place - self.mean) / self.deviation, -CLIP, CLIP)

    def score_places(self, places: np.ndarray) -> np.ndarray:
        """Scores (N, 5) of places (N, K), not calibrated."""
        return kernel(places, self.centres, self.width) @ self.weights + self.bias

    def score(self, lemmas: list[str]) -> np.ndarray:
        """Scores (5,) of a text's lemmas, not calibrated."""
        return self.score_places(self.place(Counter(lemmas))[None])[0]


def kernel(a: np.ndarray, b: np.ndarray, width: float) -> np.ndarray:
    """exp(-squared distance / width): (N, K), (C, K) -> (N, C), in 0..1."""
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.exp(-np.maximum(squares, 0) / width)


@lru_cache(maxsize=2)
def load(path: Path) -> Topics:
    """Read what ``save`` wrote."""
    with np.load(path) as file:
        terms = unpacked(file["terms"])
        names = ("idf", "directions", "mean", "deviation", "centres", "width", "weights", "bias")
        values = {name: file[name].astype(np.float32) for name in names}
        return Topics(terms, **(values | {"width": float(values["width"])}))
