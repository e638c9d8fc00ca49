"""Measure the mouth classifier on labelled faces (``--data mouth_open.npz``)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry
from ml.core.statistics import expected_calibration_error, wilson
from ml.face import features, mouth
from ml.training.face import mouth_data


def evaluate(data: Path) -> dict[str, Any]:
    """Find dlib's landmarks in every face of a file like ``mouth_open.npz``, cut the mouth as in use, and read it.

    ``accuracy_detected`` counts only faces that dlib's detector found by itself; ``landmark_rule_accuracy`` is what a
    threshold on the distance of the inner lips makes of the same faces. Raises ValueError, ModelMissing.
    """
    path = Path(data) / "mouth_open.npz" if Path(data).is_dir() else Path(data)
    faces = mouth_data.load(path)
    p = mouth.probabilities(mouth_data.cuts(faces))
    right = (p > 0.5) == faces.is_open
    rule = np.array([features.mouth_aspect_ratio(marks) > features.MOUTH_OPEN for marks in faces.found])
    both = np.stack([1 - p, p], 1)
    return {
        "n": len(right),
        "accuracy": float(right.mean()),
        "accuracy_interval": wilson(int(right.sum()), len(right)),
        "recall_open": float(right[faces.is_open].mean()) if faces.is_open.any() else None,
        "recall_closed": float(right[~faces.is_open].mean()) if (~faces.is_open).any() else None,
        "n_detected": int(faces.detected.sum()),
        "accuracy_detected": float(right[faces.detected].mean()) if faces.detected.any() else None,
        "landmark_rule_accuracy": float((rule == faces.is_open).mean()),
        "expected_calibration_error": expected_calibration_error(both, faces.is_open.astype(int)),
        "model_version": registry.version_of("mouth").version,
    }


def main() -> None:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true", help="as JSON")
    options = parser.parse_args()
    result = evaluate(options.data)
    print(
        json.dumps(result, indent=2) if options.json else "\n".join(f"{key}: {value}" for key, value in result.items())
    )


if __name__ == "__main__":
    main()
