"""Set out from weights that ship."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from ml.training.face.model import EARLY


def begin(model: keras.Model, path: Path, perturb: float = 0.0) -> None:
    """Put the weights of the network in ``path`` into ``model``, with a share ``perturb`` (0..1) of the model's own,
    fresh ones in all kernels but the first layers'. A head that knows one class less gets one that is unlikely."""
    before = keras.models.load_model(path).get_weights()
    weights = []
    for variable, old in zip(model.weights, before, strict=True):
        fresh = np.array(keras.ops.convert_to_numpy(variable))
        more = fresh.shape[-1] - old.shape[-1]
        if more:
            old = np.concatenate([old, np.full((*old.shape[:-1], more), -3.0 if old.ndim == 1 else 0.0)], axis=-1)
        if perturb and fresh.ndim > 1 and not variable.path.startswith(EARLY):
            # as loud as what it is mixed with: normalisation makes the scale of a kernel mean nothing
            fresh *= old.std() / max(float(fresh.std()), 1e-9)
            old = (1 - perturb) * old + perturb * fresh
        weights.append(old.astype(np.float32))
    model.set_weights(weights)
