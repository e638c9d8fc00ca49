"""Distil the sentence encoder (``encoder.py``) into the linear model of words and pairs that serves.

The teacher is a ridge regression of the labels on each layer of the encoder; the student learns the teacher's scores.

Source: G. Hinton, O. Vinyals and J. Dean (2015), Distilling the knowledge in a neural network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from ml.text.distilled import Distilled, terms_of
from ml.text.terms import packed
from ml.training.text.encoder import Encoded

#: Stretches that a word or a pair must stand in, and the most pairs that are kept.
FEWEST, PAIRS = 8, 4000


def teacher_scores(encoded: Encoded, chosen: np.ndarray, labels: np.ndarray, *, penalty: float = 3600.0) -> np.ndarray:
    """The teacher's scores (S, 5) of all stretches, fitted on the ``chosen`` texts (bool) and their ``labels`` (N, 5).

    ``penalty`` is the ridge's, for standardised components.
    """
    total = np.bincount(encoded.owner, encoded.pieces, len(labels))[:, None]
    truth = labels[chosen] - labels[chosen].mean(axis=0)
    scores = np.zeros((len(encoded.owner), labels.shape[1]))
    for layer in range(encoded.layers.shape[1]):
        stretches = encoded.layers[:, layer].astype(np.float64)
        texts = np.zeros((len(labels), stretches.shape[1]))
        np.add.at(texts, encoded.owner, stretches * encoded.pieces[:, None])
        texts = (texts / np.maximum(total, 1))[chosen]
        mean, deviation = texts.mean(axis=0), texts.std(axis=0) + 1e-9
        texts = (texts - mean) / deviation
        slope = np.linalg.solve(texts.T @ texts + penalty * np.eye(texts.shape[1]), texts.T @ truth)
        scores += (stretches - mean) / deviation @ slope / ((texts @ slope).std(axis=0) + 1e-9)
    return scores


def fit(encoded: Encoded, chosen: np.ndarray, labels: np.ndarray, *, penalty: float = 0.3) -> Distilled:
    """Teacher and student, both fitted on the ``chosen`` texts (bool (N,)) alone. Half a minute on a busy core.

    ``penalty`` is the student's ridge's, in units of a term's mean sum of squares; it was chosen by how close the
    student comes to the teacher on the stretches of one fold's held-out essays, not by any label.
    """
    from scipy.linalg import cho_factor, cho_solve
    from scipy.sparse import diags

    scores = teacher_scores(encoded, chosen, labels)
    inside = np.flatnonzero(chosen[encoded.owner])
    texts = [encoded.tokens[i] for i in inside]
    terms = {term: row for row, term in enumerate(_common(texts))}
    rates = _rates(texts, terms)
    # Half-way to whitening: a rare term's weight is held back less than its rate alone would have it.
    scale = 1 / np.sqrt(np.sqrt(np.asarray(rates.multiply(rates).mean(axis=0)).ravel()) + 1e-6)
    rates = (rates @ diags(scale)).tocsr()
    gram = (rates.T @ rates).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += penalty * np.trace(gram) / len(terms)
    bias = scores[inside].mean(axis=0)
    right = (rates.T @ (scores[inside] - bias)).astype(np.float32)
    weights = cho_solve(cho_factor(gram, lower=True, overwrite_a=True, check_finite=False), right, check_finite=False)
    return Distilled(terms, weights * scale[:, None], bias)


def _common(texts: list[list[str]]) -> Iterator[str]:
    words: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for text in texts:
        words.update(set(text))
        pairs.update({f"{a} {b}" for a, b in pairwise(text)})
    yield from sorted(word for word, count in words.items() if count >= FEWEST)
    often = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))[:PAIRS]
    yield from (pair for pair, count in often if count >= FEWEST)


def _rates(texts: list[list[str]], terms: dict[str, int]):
    """Sparse (texts, terms): how often each term stands per token."""
    from scipy.sparse import csr_matrix

    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for number, text in enumerate(texts):
        counts = Counter(row for term in terms_of(text) if (row := terms.get(term)) is not None)
        rows += [number] * len(counts)
        columns += counts.keys()
        values += [count / len(text) for count in counts.values()]
    return csr_matrix((np.array(values), (rows, columns)), shape=(len(texts), len(terms)))


def save(distilled: Distilled, path: Path) -> None:
    """Write the weights in half precision."""
    np.savez_compressed(
        path,
        terms=packed(distilled.terms),
        weights=distilled.weights.astype(np.float16),
        bias=distilled.bias.astype(np.float32),
    )
