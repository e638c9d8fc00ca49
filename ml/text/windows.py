"""Texts of any length as the network's windows."""

from __future__ import annotations

import numpy as np

#: Tokens that the network sees at once.
WINDOW = 256


def windows(rows: np.ndarray, size: int = WINDOW) -> np.ndarray:
    """Vocabulary rows (tokens,) -> int (windows, size), evenly spread over the text.

    A shorter text is repeated until the window is full: averages stay what they are, and no padding has to be masked.
    Raises ValueError where there are no rows.
    """
    if len(rows) == 0:
        raise ValueError("a text without tokens has no windows")
    if len(rows) <= size:
        return np.resize(rows, size)[None]
    count = -(-len(rows) // size)
    starts = np.linspace(0, len(rows) - size, count).round().astype(int)
    return np.stack([rows[start : start + size] for start in starts])
