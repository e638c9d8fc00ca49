"""Write the mouth classifier that is shipped, mouth.onnx (serves), mouth.keras (trains on), and its card mouth.json."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from ml.core import registry
from ml.core.statistics import expected_calibration_error, wilson
from ml.face import features, mouth
from ml.training.face import mouth_data
from ml.training.face.data import faces_folder
from ml.training.face.export import _name_outputs
from ml.training.face.mouth_model import committee

#: Folds of the cross-validation.
FOLDS = 5
DATA = (
    "700 faces with mouths labelled open or closed, and 68 landmarks (mouth_open.npz), for research use",
    "{:,} of FER2013's training faces (Goodfellow et al. 2013, for research use), labelled for this project by a "
    "vision-language model (mouth_labels.csv)",
)


def export(
    members: Sequence[keras.Model], logits: dict[str, np.ndarray], prepared: dict[str, np.ndarray], data: Path
) -> dict:
    """Write the networks as one, with what cross-validation says of each network alone; the card.

    ``logits`` (N,) by name of the network. Raises RuntimeError where the exported graph and Keras disagree.
    """
    keras.mixed_precision.set_dtype_policy("float32")
    model, target = committee(members), registry.weights_folder()
    version = registry.next_version("mouth")
    temporary = target / "mouth.tmp.onnx"
    some = prepared["cuts"][:64, ..., None].astype(np.float32)
    expected = np.asarray(model(some))[:, 0]
    model.export(temporary, format="onnx", verbose=False)
    model.save(target / "mouth.keras")
    _name_outputs(temporary, target / "mouth.onnx", ["open"])
    temporary.unlink()
    card = {
        "name": "mouth",
        "version": version,
        "files": {name: registry.sha256(target / name) for name in ("mouth.onnx", "mouth.keras")},
        "labels": list(mouth.LABELS),
        "temperature": temperature(logits["small"], prepared["is_open"]),
        "parameters": model.count_params(),
        "networks": len(members),
        "data": [line.format(len(prepared["fer_target"])) for line in DATA],
        "figures": {},
        "licence": "Research and private practice only: the terms of its data hold for what is learnt from it.",
    }
    for name, one in logits.items():
        card["figures"] |= figures(name, one, prepared)
    likely = 1 / (1 + np.exp(-logits["small"] / card["temperature"]))
    error = expected_calibration_error(np.stack([1 - likely, likely], 1), prepared["is_open"].astype(int))
    card["figures"]["small_expected_calibration_error"] = round(error, 4)
    faces = mouth_data.load(faces_folder(data) / "mouth_open.npz")
    ratios = np.array([features.mouth_aspect_ratio(marks) for marks in faces.found])
    card["figures"] |= figures("landmarks", ratios - features.MOUTH_OPEN, prepared)
    _write(card)
    difference = float(np.abs(mouth.logits(prepared["cuts"][:64]) - expected).max())
    if difference > 1e-3:
        raise RuntimeError(f"The exported graph differs from Keras by {difference:.1e}: nothing should be shipped.")
    return card


def temperature(logits: np.ndarray, is_open: np.ndarray) -> float:
    """The number by which logits of faces not trained on are divided to be most likely (Guo et al. 2017)."""
    signed = np.where(is_open, logits, -logits)
    choices = np.round(np.arange(0.5, 2.01, 0.05), 2)
    return float(min(choices, key=lambda one: np.logaddexp(0, -signed / one).mean()))


def figures(name: str, logits: np.ndarray, prepared: dict[str, np.ndarray]) -> dict:
    """What cross-validated logits are worth: accuracy, its Wilson interval, recalls, the accuracy of each fold, and the
    same where dlib's detector found the face by itself."""
    fold = mouth_data.folds(prepared["group"], FOLDS)
    is_open, seen = prepared["is_open"], prepared["detected"]
    right = (logits > 0) == is_open
    low, high = wilson(int(right.sum()), len(right)) or (0.0, 1.0)
    return {
        f"{name}_faces": len(right),
        f"{name}_accuracy": round(float(right.mean()), 4),
        f"{name}_accuracy_low": round(low, 4),
        f"{name}_accuracy_high": round(high, 4),
        f"{name}_recall_open": round(float(right[is_open].mean()), 4),
        f"{name}_recall_closed": round(float(right[~is_open].mean()), 4),
        f"{name}_accuracy_detected": round(float(right[seen].mean()), 4),
        f"{name}_accuracy_by_fold": {str(k + 1): round(float(right[fold == k].mean()), 4) for k in range(FOLDS)},
    }


def _write(card: dict) -> None:
    target = registry.weights_folder()
    temporary = target / f".mouth.json.{os.getpid()}"
    temporary.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
    temporary.replace(target / "mouth.json")
