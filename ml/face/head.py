"""Teach the head ``labels`` anew on FER2013's own labels, once the network below it stands.

Training softens those labels by FER+'s votes, which makes better features but a head that answers halfway between two
sets of annotators. So the last layer alone is fitted to the plain labels afterwards (Kang et al., "Decoupling
Representation and Classifier for Long-Tailed Recognition", ICLR 2020), drawn towards what training made of it.
"""

from __future__ import annotations

import keras
import numpy as np
from scipy.optimize import minimize

from ml.face.classifier import shrunk, softmax
from ml.face.model import SIZE

#: How strongly the weights, for features of spread 1, are drawn towards those that training left.
RIDGE = 0.02
STEPS, BATCH = 60, 256


def refit(model: keras.Model, x: np.ndarray, y: np.ndarray) -> None:
    """Fit the weights of the head ``labels`` in place to training faces uint8 (N, 48, 48), each and its mirror image,
    and their labels (N,): multinomial logistic regression on the pooled features."""
    pooled = keras.Model(model.inputs, model.get_layer("pool").output)
    seen = features(pooled, np.concatenate([x, x[:, :, ::-1]]))
    wanted = np.eye(model.get_layer("labels").units, dtype=np.float32)[np.concatenate([y, y])]
    kernel, bias = model.get_layer("labels").get_weights()
    mean, spread = seen.mean(0), seen.std(0) + 1e-6
    seen = (seen - mean) / spread
    first = np.vstack([kernel * spread[:, None], bias + mean @ kernel])

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(first.shape).astype(np.float32)
        likely = softmax(seen @ weights[:-1] + weights[-1])
        gap = (likely - wanted) / len(wanted)
        away = weights[:-1] - first[:-1]
        value = -np.log(np.maximum((likely * wanted).sum(1), 1e-12)).mean() + RIDGE * float((away**2).sum())
        return float(value), np.vstack([seen.T @ gap + 2 * RIDGE * away, gap.sum(0)]).ravel().astype(np.float64)

    best = minimize(loss, first.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x.reshape(first.shape)
    kernel = best[:-1] / spread[:, None]
    model.get_layer("labels").set_weights([kernel, best[-1] - mean @ kernel])


def features(pooled: keras.Model, faces: np.ndarray) -> np.ndarray:
    """What the network makes of faces (N, 48, 48): float32 (N, channels)."""
    small = shrunk(faces, SIZE)[..., None]
    parts = [pooled(small[i : i + BATCH].astype(np.float32)) for i in range(0, len(small), BATCH)]
    return np.concatenate([keras.ops.convert_to_numpy(part) for part in parts])
