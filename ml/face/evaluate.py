"""How good the shipped face model is on labelled faces: ``./viva evaluate face --data FILE.npz --json``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ml import registry
from ml.face import classifier
from ml.face.data import load
from ml.readings import FACE_EMOTIONS
from ml.statistics import confusion, expected_calibration_error, recalls


def evaluate(data: Path) -> dict[str, Any]:
    """Read every face of a .npz with ``x`` uint8 (N, 48, 48), ``y`` int (N,) and ``classes`` (names, any
    order).

    A folder stands for the ``fer2013_public.npz`` in it, or for its only .npz. Faces go through the same function as a
    recording's; x is taken as cropped already. Returns JSON-able values; ``per_class_recall`` is None for a
    class without rows, ``expected_calibration_error`` has 15 bins. Raises FileNotFoundError, ValueError,
    ModelMissing.
    """
    x, y, _ = load(_file(Path(data)))
    if len(x) == 0:
        raise ValueError(f"{data} holds no faces.")
    p = classifier.probabilities(x)
    predicted = p.argmax(1)
    matrix = confusion(y, predicted, len(FACE_EMOTIONS))
    each, uar = recalls(matrix)
    return {
        "n": len(y),
        "accuracy": float((predicted == y).mean()),
        "uar": uar,
        "per_class_recall": dict(zip(FACE_EMOTIONS, each, strict=True)),
        "expected_calibration_error": expected_calibration_error(p, y, bins=15),
        "confusion_matrix": matrix.tolist(),
        "labels": list(FACE_EMOTIONS),
        "model_version": registry.version_of("face").version,
        "log_loss": float(-np.log(np.maximum(p[np.arange(len(y)), y], 1e-12)).mean()),
    }


def _file(path: Path) -> Path:
    if not path.is_dir():
        if not path.is_file():
            raise FileNotFoundError(f"There is no file {path}. Give a faces .npz with x, y and classes.")
        return path
    for folder in (path, path / "faces"):
        if (folder / "fer2013_public.npz").is_file():
            return folder / "fer2013_public.npz"
        found = sorted(folder.glob("*.npz"))
        if len(found) == 1:
            return found[0]
    raise FileNotFoundError(f"No fer2013_public.npz in {path}. Give a faces .npz with x, y and classes.")
