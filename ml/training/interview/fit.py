"""Fit the linear rating models and the kernel model of invitations, and write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ml.interview.invite import Invite, kernel
from ml.interview.model import CLIP, Linear

#: Clips that the kernel model keeps, and its ridge's penalty.
LANDMARKS, PENALTY = 500, 2.0


def fit_linear(
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


def save_linear(models: dict[str, Linear], path: Path) -> None:
    """Write models as float32."""
    arrays: dict[str, np.ndarray] = {}
    for key, model in models.items():
        arrays[f"{key}.names"] = np.array("\n".join(model.names))
        for part in ("mean", "scale", "weights", "bias", "spread"):
            arrays[f"{key}.{part}"] = getattr(model, part).astype(np.float32)
    np.savez_compressed(path, allow_pickle=True, **arrays)


def fit_invite(rows: np.ndarray, target: np.ndarray, seed: int = 0) -> Invite:
    """Fit on feature rows (N, P) and ratings (N,)."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    x = np.clip((rows - mean) / scale, -CLIP, CLIP)
    chosen = np.random.default_rng(seed).permutation(len(x))[:LANDMARKS]
    landmarks = x[chosen]
    values, vectors = np.linalg.eigh(kernel(landmarks, landmarks))
    root = vectors / np.sqrt(np.maximum(values, 1e-8))
    mapped = kernel(x, landmarks) @ root
    centre = mapped.mean(axis=0)
    inside = (mapped - centre).T @ (mapped - centre) + PENALTY * np.eye(mapped.shape[1])
    weights = np.linalg.solve(inside, (mapped - centre).T @ (target - target.mean()))
    return Invite(mean, scale, landmarks, root @ weights, float(target.mean() - centre @ weights))


def save_invite(model: Invite, path: Path) -> None:
    """Write as float32 (weights as float64: they are large and of both signs)."""
    np.savez_compressed(
        path, mean=model.mean, scale=model.scale, landmarks=model.landmarks.astype(np.float32), weights=model.weights,
        bias=model.bias, seen=model.seen.astype(np.uint32),
    )  # fmt: skip
