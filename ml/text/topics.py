"""The topics half of the text model: what a text is about, and which texts like it were written by whom.

TF-IDF of lemmas -> latent semantic analysis (a hundred directions) -> Gaussian kernel to a few hundred centres -> ridge
regression. Unlike the other halves it bends: a topic may count one way beside one topic and another way beside another.
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

from ml.text.terms import packed, unpacked

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


def fit(
    texts: list[list[str]],
    labels: np.ndarray,
    *,
    size: int = 100,
    centres: int = 300,
    penalty: float = 6.0,
    seed: int = 0,
) -> Topics:
    """Fit on lemmas of N texts and labels (N, 5) of 0 and 1. ``penalty`` is the ridge's, for a kernel whose centred
    diagonal has mean 1. Some seconds on one core."""
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.utils.extmath import randomized_svd

    vectorizer = TfidfVectorizer(analyzer=list, min_df=5, sublinear_tf=True)
    matrix = vectorizer.fit_transform(texts)
    size, centres = min(size, min(matrix.shape) - 1), min(centres, len(texts) // 2)
    _, _, directions = randomized_svd(matrix, size, n_iter=3, random_state=seed)
    # The first direction is how common a text's words are at all.
    directions = directions[1:].T if size > 1 else directions.T
    places = matrix @ directions
    mean, deviation = places.mean(axis=0), places.std(axis=0) + 1e-9
    places = np.clip((places - mean) / deviation, -CLIP, CLIP)
    means = MiniBatchKMeans(centres, random_state=seed, n_init=1, max_iter=30).fit(places).cluster_centers_
    # k-means draws its means towards the middle; back to where texts lie, or all would be near all
    means *= np.linalg.norm(places, axis=1).mean() / (np.linalg.norm(means, axis=1, keepdims=True) + 1e-9)
    width = float(np.median(((places[: 4 * centres, None][::8] - means[None, ::4]) ** 2).sum(axis=2)))
    near = kernel(places, means, width)
    middle = near.mean(axis=0)
    x, y = near - middle, labels - labels.mean(axis=0)
    inner = kernel(means, means, width) - middle - middle[:, None] + near.mean()
    scale = np.trace(inner) / len(means)
    weights = np.linalg.solve(x.T @ x + penalty * scale * (inner + 1e-3 * np.eye(len(means))), x.T @ y)
    return Topics(
        {term: int(row) for term, row in vectorizer.vocabulary_.items()},
        vectorizer.idf_, directions, mean, deviation, means, width,
        4 * weights, 4 * (labels.mean(axis=0) - 0.5 - middle @ weights),
    )  # fmt: skip


def save(topics: Topics, path: Path) -> None:
    """Write in half precision but for the few numbers that add up."""
    half = {name: getattr(topics, name).astype(np.float16) for name in ("idf", "directions", "centres")}
    single = {
        name: np.asarray(getattr(topics, name), np.float32)
        for name in ("mean", "deviation", "width", "weights", "bias")
    }
    np.savez_compressed(path, allow_pickle=True, terms=packed(topics.terms), **half, **single)


@lru_cache(maxsize=2)
def load(path: Path) -> Topics:
    """Read what ``save`` wrote."""
    with np.load(path) as file:
        terms = unpacked(file["terms"])
        names = ("idf", "directions", "mean", "deviation", "centres", "width", "weights", "bias")
        values = {name: file[name].astype(np.float32) for name in names}
        return Topics(terms, **(values | {"width": float(values["width"])}))
