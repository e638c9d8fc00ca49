"""From 48x48 grey faces to calibrated probabilities: what ``infer``, ``evaluate`` and the live room all
call."""

from __future__ import annotations

import numpy as np

from ml import registry

#: Faces to a batch: beyond this ONNX Runtime gets no faster.
BATCH = 32


def probabilities(crops: np.ndarray) -> np.ndarray:
    """Read faces: uint8 or float grey levels (N, 48, 48) in 0..255 to float64 (N, 7), rows adding up to 1.

    A face and its mirror image are both read and their logits averaged; the temperature is the one fitted
    at export (Guo et al. 2017, "On Calibration of Modern Neural Networks"). Raises ModelMissing.
    """
    return softmax(logits(crops) / float(registry.describe("face")["temperature"]))


def logits(crops: np.ndarray) -> np.ndarray:
    """The network's outputs before temperature and softmax, averaged over a face and its mirror image: (N,
    7)."""
    session = registry.session("face")
    crops = np.asarray(crops, np.float32)
    rows = []
    for start in range(0, len(crops), BATCH):
        batch = crops[start : start + BATCH]
        both = np.concatenate([batch, batch[:, :, ::-1]])[..., None]
        (out,) = session.run(["logits"], {session.get_inputs()[0].name: both})
        rows.append((out[: len(batch)] + out[len(batch) :]) / 2)
    return np.concatenate(rows).astype(np.float64) if rows else np.zeros((0, 7))


def activation_maps(crops: np.ndarray) -> np.ndarray:
    """What speaks for each class, and where: (N, 6, 6, 7), in logits.

    These are class activation maps (Zhou et al., CVPR 2016); their mean over the 36 places is the logit
    itself (without the mirror image).
    """
    session = registry.session("face")
    batch = np.asarray(crops, np.float32)[..., None]
    return session.run(["maps"], {session.get_inputs()[0].name: batch})[0]


def softmax(values: np.ndarray) -> np.ndarray:
    """Exponentials of each row, scaled to add up to 1."""
    values = np.exp(values - values.max(axis=-1, keepdims=True))
    return values / values.sum(axis=-1, keepdims=True)
