"""Measure the shipped face model on PublicTest, which chose nothing, and write the figures into its card."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry
from ml.core.emotions import SEVEN
from ml.training import runs
from ml.training.face.data import faces_folder
from ml.training.face.evaluate import evaluate


def public_test(folder: Path) -> dict[str, Any]:
    """Figures of the shipped model on the PublicTest in ``folder``."""
    found = evaluate(folder / "fer2013_public.npz")
    figures = _some("", found)
    if fresh := found.get("accuracy_without_copies"):
        figures["public_test_accuracy_without_copies_of_training_rows"] = round(fresh, 4)
        figures["public_test_rows_without_copies_of_training_rows"] = found["n_without_copies"]
    if "ferplus" in found:
        figures |= _some("ferplus_", found["ferplus"])
        every = found["ferplus_all"]
        figures["contempt"] = {
            "recall": every["per_class_recall"].get("contempt"),
            "precision": every["per_class_precision"].get("contempt"),
            "n": every["per_class_n"].get("contempt", 0),
            "named": int(np.array(every["confusion_matrix"])[:, -1].sum()) if len(every["labels"]) > len(SEVEN) else 0,
            "accuracy_of_all_eight": round(every["accuracy"], 4),
        }
    return figures


def _some(prefix: str, found: dict[str, Any]) -> dict[str, Any]:
    told = found["selective"]
    return {
        f"{prefix}public_test_rows": found["n"],
        f"{prefix}public_test_accuracy": round(found["accuracy"], 4),
        f"{prefix}public_test_uar": round(found["uar"], 4),
        f"{prefix}public_test_calibration_error": round(found["expected_calibration_error"], 4),
        f"{prefix}public_test_told": round(told["coverage"], 4),
        f"{prefix}public_test_right_of_told": told["accuracy"] and round(told["accuracy"], 4),
    }


def renew(folder: Path) -> dict[str, Any]:
    """Write PublicTest's figures into ``face.json`` beside those that it has; return them. Raises ModelMissing."""
    path = registry.weights_folder() / "face.json"
    card = json.loads(path.read_text("utf-8"))
    found = public_test(folder)
    card["figures"] |= found
    with runs.whole(path) as partial:
        partial.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    print(json.dumps(renew(faces_folder(parser.parse_args().data)), indent=1))
