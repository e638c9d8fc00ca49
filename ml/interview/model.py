"""Linear models in numpy: standardised features, clipped, times weights. What an interviewer's rating adds up from can
be read off them: a feature's part is its weight times its distance from the average interview."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

FILE = "interview.npz"
#: What raters judged, 1 (not at all) to 7 (very much).
RATINGS = ("overall", "excited")
#: Standardised features are cut here, so that one odd value cannot carry a rating.
CLIP = 3.0


@dataclass(frozen=True)
class Linear:
    """``names`` of P features, their ``mean`` and ``scale`` (P,), ``weights`` (P, K), ``bias`` (K,) and
    ``spread`` (K,): the standard deviation of out-of-fold errors."""

    names: tuple[str, ...]
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    spread: np.ndarray

    def standardise(self, rows: np.ndarray) -> np.ndarray:
        """(N, P) -> (N, P) within ±CLIP; what is not known is average."""
        filled = np.where(np.isfinite(rows), rows, self.mean)
        return np.clip((filled - self.mean) / self.scale, -CLIP, CLIP)

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """(N, P) -> (N, K)."""
        return self.standardise(rows) @ self.weights + self.bias

    def parts(self, row: np.ndarray) -> np.ndarray:
        """What each feature of one row (P,) adds to or takes from the average rating: (P, K)."""
        return self.standardise(row[None])[0][:, None] * self.weights


def load(path: Path) -> dict[str, Linear]:
    """Read what ``save`` wrote."""
    with np.load(path) as file:
        keys = sorted({name.split(".")[0] for name in file.files})
        return {
            key: Linear(
                tuple(str(file[f"{key}.names"]).split("\n")),
                *(file[f"{key}.{part}"].astype(np.float64) for part in ("mean", "scale", "weights", "bias", "spread")),
            )
            for key in keys
        }
