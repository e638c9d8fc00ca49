"""Train the paper's mouth network on labelled mouths.

Copies of a face share a side of the split; the figure is of the fifth that stayed out, the exported weights are of all
faces by the same steps. The cuts are those of ``ml.training.face.mouth_train`` (its ``prepare`` makes them from
mouth_open.npz).
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import numpy as np

from ml.core import registry
from ml.core.statistics import wilson
from ml.training.face import mouth_data, mouth_train
from ml.training.fusion.yakaew2021.fp16 import to_fp16

RATE = 1e-3


def train(prepared: dict[str, np.ndarray], steps: int, run_dir: Path) -> dict:
    """Measure on the first of five folds, then learn from all faces and write ``paper_mouth.onnx``; the figures."""
    held = mouth_data.folds(prepared["group"], mouth_train.FOLDS) == 0
    is_open = prepared["is_open"]
    model = mouth_train.fit("paper", prepared["varied"][~held], is_open[~held], steps, 7, RATE)
    right = (mouth_train.scores("paper", model, prepared["cuts"][held]) > 0) == is_open[held]
    figures = {
        "n": int(held.sum()),
        "accuracy": float(right.mean()),
        "interval": wilson(int(right.sum()), len(right)),
        "recall_open": float(right[is_open[held]].mean()),
        "recall_closed": float(right[~is_open[held]].mean()),
        "majority": float(max(is_open[held].mean(), 1 - is_open[held].mean())),
        "trained_on": int((~held).sum()),
        "steps": steps,
    }
    print(json.dumps(figures), flush=True)
    model = mouth_train.fit("paper", prepared["varied"], is_open, steps, 7, RATE)
    path = registry.weights_folder() / "paper_mouth.onnx"
    model.export(path, format="onnx", verbose=False)
    to_fp16(path)
    run_dir.mkdir(parents=True, exist_ok=True)
    (run_dir / "mouth.json").write_text(json.dumps(figures), "utf-8")
    listed(figures)
    return figures


def listed(figures: dict) -> None:
    """Name the written graph and its figures in ``paper.json``, where there is one."""
    folder = registry.weights_folder()
    path = folder / "paper.json"
    if path.is_file():
        card = json.loads(path.read_text("utf-8"))
        card["figures"]["mouth"] = figures
        card["files"]["paper_mouth.onnx"] = registry.sha256(folder / "paper_mouth.onnx")
        path.write_text(json.dumps(card, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prepared", type=Path, default=Path("runs/mouth/prepared-32.npz"))
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--run-dir", type=Path, default=Path("runs/fusion/paper"))
    options = parser.parse_args()
    with np.load(options.prepared) as file:
        train({name: file[name] for name in file.files}, options.steps, options.run_dir)
