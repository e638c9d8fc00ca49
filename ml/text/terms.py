"""How a table of terms, each with its row, is kept in an .npz file."""

from __future__ import annotations

import numpy as np


def packed(terms: dict[str, int]) -> np.ndarray:
    """Terms in the order of their rows, a line each, as one text (an array of no dimensions)."""
    return np.array("\n".join(sorted(terms, key=terms.__getitem__)))


def unpacked(stored: np.ndarray) -> dict[str, int]:
    """What ``packed`` made, as terms with their rows."""
    return {term: row for row, term in enumerate(str(stored).split("\n"))}
