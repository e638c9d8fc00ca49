"""Small statistics that every modality shares: intervals, calibration, recalls and confusion. Numpy only."""

from __future__ import annotations

import numpy as np


def softmax(scores: np.ndarray, axis: int = -1) -> np.ndarray:
    """Probabilities of scores (log odds), which add up to 1 along ``axis``; no score is too large for it."""
    scores = np.exp(scores - np.max(scores, axis=axis, keepdims=True))
    shares: np.ndarray = scores / scores.sum(axis=axis, keepdims=True)
    return shares


def block_bootstrap(
    rows: np.ndarray, block: int, seed: int = 0, *, repeats: int = 1000, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """The interval of the mean of ``rows`` when neighbouring rows depend on each other.

    ``rows`` is (N, K), finite; ``block`` is how many neighbours are drawn together, at least 1 (frames of one
    second, say). Blocks are drawn on a circle, so that the first and last rows count as often as the others
    (Politis and Romano 1992, circular block bootstrap), with a fixed ``seed``: the same rows give the same
    interval. Returns ``(low, high)``, each (K,), the percentile interval of ``level``. Where there is only
    one block to draw, nothing is known about the spread: the interval is then the whole range that the rows
    allow, their minimum and maximum.

    Raises ValueError where ``rows`` is empty or not two-dimensional.
    """
    rows = np.asarray(rows, dtype=np.float64)
    if rows.ndim != 2 or len(rows) == 0:
        raise ValueError(f"rows must be (N, K) with N > 0, not {rows.shape}")
    count, block = len(rows), max(1, int(block))
    if count <= block:
        return rows.min(axis=0), rows.max(axis=0)
    draws = -(-count // block)
    # A block's sum is a difference of two running sums: the cost does not grow with the length of a block.
    running = np.vstack([np.zeros(rows.shape[1]), np.cumsum(np.vstack([rows, rows[:block]]), axis=0)])
    sums = running[block : block + count] - running[:count]
    generator = np.random.default_rng(seed)
    # one repeat at a time: the same numbers as all at once, which for hours would be a thousand times as many
    means = np.stack([sums[generator.integers(0, count, draws)].sum(axis=0) for _ in range(repeats)]) / (draws * block)
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return low, high


def wilson(successes: int, n: int) -> list[float] | None:
    """The 95 % interval of a share, [low, high] in 0..1 (Wilson 1927); None where ``n`` is 0."""
    if n == 0:
        return None
    z, share = 1.959964, successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return [float(centre - half), float(centre + half)]


def confusion(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Count pairs of class numbers (N,): an integer matrix (classes, classes), rows the truth, columns the
    prediction."""
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (np.asarray(truth, dtype=np.int64), np.asarray(predicted, dtype=np.int64)), 1)
    return matrix


def recalls(matrix: np.ndarray) -> tuple[list[float | None], float]:
    """The recall of each class of a confusion matrix (rows = truth) and their mean, the unweighted average
    recall (UAR).

    A class without examples has recall None and is left out of the mean; the UAR is NaN where no class has
    any.
    """
    totals = matrix.sum(axis=1)
    each = [float(matrix[k, k] / total) if total else None for k, total in enumerate(totals)]
    known = [value for value in each if value is not None]
    return each, float(np.mean(known)) if known else float("nan")


def expected_calibration_error(probabilities: np.ndarray, truth: np.ndarray, bins: int = 15) -> float:
    """How far confidence is from accuracy on average (0..1), over equally wide bins of the highest
    probability.

    ``probabilities`` is (N, K) with rows that add up to 1, ``truth`` (N,) class numbers. Guo et al. 2017,
    equation 3. NaN where there are no rows.
    """
    probabilities, truth = np.asarray(probabilities, dtype=np.float64), np.asarray(truth)
    if len(probabilities) == 0:
        return float("nan")
    confidence = probabilities.max(axis=1)
    correct = (probabilities.argmax(axis=1) == truth).astype(np.float64)
    which = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(which, weights=correct - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(probabilities))


#: A share of readings below this is silence: how often so few are right says nothing.
SILENCE = 0.05


def selective_figures(told: np.ndarray, right: np.ndarray, threshold: float) -> dict[str, float | int | None]:
    """What readings are worth of which only some are told: ``threshold``, ``coverage`` (the share that is told),
    ``accuracy`` among these (None at a coverage below SILENCE) and ``n``, how many they are; ``told`` and ``right`` are
    bool (N,)."""
    coverage = float(told.mean()) if len(told) else 0.0
    return {
        "threshold": threshold,
        "coverage": coverage,
        "accuracy": float(right[told].mean()) if coverage >= SILENCE else None,
        "n": int(told.sum()),
    }
