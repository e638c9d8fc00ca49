"""Random windows of texts to train on."""

from __future__ import annotations

import numpy as np

from ml.text.windows import WINDOW


def random_window(rows: np.ndarray, rng: np.random.Generator, shortest: int = 128, size: int = WINDOW) -> np.ndarray:
    """One training window (size,): a stretch of random place and length (``shortest``..``size``), repeated."""
    length = min(len(rows), int(rng.integers(shortest, size + 1)))
    start = int(rng.integers(0, len(rows) - length + 1))
    return np.resize(rows[start : start + length], size)
