"""Linear models in numpy: standardised features, clipped, times weights. What an interviewer's rating adds up from can
be read off them: a feature's part is its weight times its distance from the average interview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FILE = "interview.npz"
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


def fit(
    names: Sequence[str], rows: np.ndarray, targets: np.ndarray, penalties: Sequence[tuple[Sequence[str], float]]
) -> Linear:
    """The mean of several ridge regressions, each on some of the features, which is again linear.

    ``rows`` (N, P), ``targets`` (N, K), ``penalties``: (features, penalty per row of data) of each regression.
    """
    mean = np.nanmean(rows, axis=0)
    filled = np.where(np.isfinite(rows), rows, mean)
    scale = filled.std(axis=0) + 1e-9
    x = np.clip((filled - mean) / scale, -CLIP, CLIP)
    centre = targets.mean(axis=0)
    weights = np.zeros((rows.shape[1], targets.shape[1]))
    for features, penalty in penalties:
        chosen = [names.index(name) for name in features]
        part = x[:, chosen]
        gram = part.T @ part + penalty * len(part) * np.eye(len(chosen))
        weights[chosen] += np.linalg.solve(gram, part.T @ (targets - centre)) / len(penalties)
    bias = centre - x.mean(axis=0) @ weights
    return Linear(tuple(names), mean, scale, weights, bias, np.zeros(targets.shape[1]))


def save(models: dict[str, Linear], path: Path) -> None:
    """Write models as float32."""
    arrays: dict[str, np.ndarray] = {}
    for key, model in models.items():
        arrays[f"{key}.names"] = np.array("\n".join(model.names))
        for part in ("mean", "scale", "weights", "bias", "spread"):
            arrays[f"{key}.{part}"] = getattr(model, part).astype(np.float32)
    np.savez_compressed(path, allow_pickle=True, **arrays)


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
