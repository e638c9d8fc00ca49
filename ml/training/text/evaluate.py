"""How well the shipped text model does on essays with Big Five labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry
from ml.core.readings import TRAITS
from ml.core.statistics import confusion, recalls
from ml.text.calibration import Calibration, sigmoid
from ml.text.features import analyse
from ml.text.scoring import score
from ml.training.text.data import read_essays, short_hash

BINS = 10


def evaluate(data: Path) -> dict[str, Any]:
    """Score every essay of a .csv.gz (or the folder that holds it), short ones too.

    ``accuracy`` is the mean over the five traits, ``uar`` the mean of their balanced accuracies, the confusion matrix
    (rows = truth, no before yes) the sum over traits. ``warning`` says where essays were trained on. Raises ValueError
    where the file is not what it should be, ModelMissing.
    """
    card = registry.describe("text")
    calibration = Calibration.from_json(card["calibration"])
    essays = read_essays(data)
    probabilities = np.zeros(essays.labels.shape)
    for i, text in enumerate(essays.texts):
        document = analyse(text)
        (scores,) = score([document])
        probabilities[i] = sigmoid(calibration.logit(len(document.words), scores.base))
    result = {**measure(probabilities, essays.labels), "labels": ["no", "yes"], "traits": list(TRAITS)}
    result["model_version"] = card["version"]
    seen_file = registry.file_of("text", "text_seen.txt")
    seen = set(seen_file.read_text("utf-8").split())
    trained = sum(short_hash(text) in seen for text in essays.texts)
    if trained:
        result["trained_on"] = trained
        result["warning"] = (
            f"{trained} of these {len(essays)} essays were trained on: these figures are too good for them. See "
            "ml/text/MODEL_CARD.md for the cross-validated ones."
        )
    return result


def measure(probabilities: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """Figures from probabilities and labels, both (N, 5)."""
    answers = (probabilities > 0.5).astype(int)
    per_trait: dict[str, Any] = {}
    per_class: dict[str, Any] = {}
    total = np.zeros((2, 2), int)
    for i, trait in enumerate(TRAITS):
        matrix = confusion(labels[:, i], answers[:, i], 2)
        each, uar = recalls(matrix)
        total += matrix
        per_class |= {f"{trait}:no": _or_none(each[0]), f"{trait}:yes": _or_none(each[1])}
        per_trait[trait] = {
            "accuracy": round(float(np.mean(labels[:, i] == answers[:, i])), 4),
            "uar": _or_none(uar),
            "ece": round(binary_calibration_error(probabilities[:, i], labels[:, i]), 4),
        }
    return {
        "n": len(labels),
        "accuracy": round(float(np.mean(labels == answers)), 4),
        "uar": _or_none(
            float(np.nanmean([row["uar"] if row["uar"] is not None else np.nan for row in per_trait.values()]))
        ),
        "per_trait": per_trait,
        "per_class_recall": per_class,
        "expected_calibration_error": round(float(np.mean([row["ece"] for row in per_trait.values()])), 4),
        "confusion_matrix": total.tolist(),
    }


def binary_calibration_error(probabilities: np.ndarray, truth: np.ndarray, bins: int = BINS) -> float:
    """Mean distance (0..1) of the probability of "yes" from its share, over equally wide bins of the probability."""
    which = np.clip((np.asarray(probabilities) * bins).astype(int), 0, bins - 1)
    gaps = np.bincount(which, weights=np.asarray(truth, float) - probabilities, minlength=bins)
    return float(np.abs(gaps).sum() / len(truth))


def _or_none(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(float(value), 4)
