"""Teach a network that knows seven expressions an eighth: contempt, from FER+'s votes.

The other seven stay exactly as they are. A logistic regression on the last features says how much likelier contempt is
than all others together; its weights become the eighth class of the head ``votes``. Votes are few (one face in 170 has
a majority for contempt) and scattered, so shares of votes are what it learns, and how readily the class is named is
chosen, within the training rows, where precision and recall balance best.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from ml.training.face.data import CONTEMPT, believed

#: Penalty of the weights, folds of the choice, and offsets to choose from.
RIDGE, FOLDS = 1e-3, 2
OFFSETS = tuple(np.arange(0.0, 2.01, 0.25).tolist())


def fit(
    features: np.ndarray, seven: np.ndarray, votes: np.ndarray, majority: np.ndarray, seed: int = 0
) -> tuple[np.ndarray, float]:
    """The weight (F,) and bias of the eighth logit beside ``seven`` others (N, 7), from features (N, F) of faces with
    votes (N, 8) whose ``majority`` (N,) is known (-1: none)."""
    seven = np.asarray(seven, np.float64)
    fold = np.random.default_rng(seed).integers(0, FOLDS, len(features))
    scores = np.zeros(len(features))
    for k in range(FOLDS):
        weight, bias = _regression(features[fold != k], seven[fold != k], votes[fold != k])
        scores[fold == k] = features[fold == k] @ weight + bias
    judged = majority >= 0
    lead, truth = (scores - seven.max(axis=1))[judged], majority[judged] == CONTEMPT
    offset = max(OFFSETS, key=lambda more: _balance(lead + more > 0, truth))
    weight, bias = _regression(features, seven, votes)
    return weight, bias + offset


def _balance(named: np.ndarray, truth: np.ndarray) -> float:
    """The harmonic mean of precision and recall."""
    return 2 * float((named & truth).sum()) / max(1, int(named.sum() + truth.sum()))


def _regression(features: np.ndarray, seven: np.ndarray, votes: np.ndarray) -> tuple[np.ndarray, float]:
    middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    rows = (features - middle) / spread
    others, share = logsumexp(seven, axis=1), believed(votes)[:, CONTEMPT].astype(np.float64)
    counts = votes.sum(axis=1) / max(float(votes.sum(axis=1).mean()), 1e-9)

    def loss(p: np.ndarray) -> tuple[float, np.ndarray]:
        odds = rows @ p[:-1] + p[-1] - others
        away = counts * (expit(odds) - share) / len(rows)
        value = float((counts * (np.logaddexp(0, odds) - share * odds)).mean()) + RIDGE * float((p[:-1] ** 2).sum())
        return value, np.append(rows.T @ away + 2 * RIDGE * p[:-1], away.sum())

    start = np.append(np.zeros(rows.shape[1]), -4.0)
    p = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 60}).x
    weight = p[:-1] / spread
    return weight, float(p[-1] - middle @ weight)
