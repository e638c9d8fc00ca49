"""Temperatures for weights that have seen every training row, from a network that has not seen those held out.

On rows that it has learnt a network is right more often than it is sure, so no temperature can be fitted on them. A
second network of the same recipe (a run of ``./viva train face``, which holds rows out) is calibrated on these, by
folds, and
is then asked about pictures without labels that neither has learnt: the first one's temperature is the one under which
its probabilities are likeliest by the second one's opinion (a proper score, which doubts wherever the two disagree).
No labelled test face is asked.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from ml.core import registry, runtime
from ml.core.statistics import softmax
from ml.face import classifier, features
from ml.face.contrast import normalise_faces
from ml.training.face import calibration, data
from ml.training.face.export import averaged, serving_model, write_onnx
from ml.training.face.figures import public_test
from ml.training.face.held_out import held_out
from ml.training.face.model import HEADS, build


def by_judge(logits: np.ndarray, opinion: np.ndarray) -> float:
    """The temperature (0.2..5) under which logits (N, K) are likeliest by another's calibrated probabilities (N, K)."""
    finite = np.where(np.isfinite(logits), logits, -1e9)

    def loss(log_temperature: float) -> float:
        likely = log_softmax(finite / np.exp(log_temperature), axis=1)
        return -float((opinion * np.where(opinion > 0, likely, 0)).sum(axis=1).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(np.log(0.2), np.log(5)), method="bounded").x))


def looks(path: Path, faces: np.ndarray) -> dict[str, np.ndarray]:
    """The logits (N, 8) of each head of a graph, six looks at each face."""
    network, heads = runtime.OnnxNetwork(runtime.session_of(path)), tuple(HEADS)
    parts = []
    for start in range(0, len(faces), classifier.BATCH):
        views = classifier.views(normalise_faces(faces[start : start + classifier.BATCH]))
        found = network.several(np.concatenate(views)[..., None], heads)
        parts.append([out.reshape(len(views), -1, out.shape[1]).mean(0) for out in found])
    return {
        head: classifier.on_all(np.concatenate(some))
        for head, some in zip(heads, zip(*parts, strict=True), strict=True)
    }


def unlabelled(path: Path) -> np.ndarray:
    """Cuts uint8 (N, 48, 48) of the faces in ``mouth_open.npz``, whose expressions nobody has named."""
    with np.load(path, allow_pickle=False) as file:
        x, points, size = file["x"], file["points"].reshape(len(file["x"]), -1, 2), file["orig_wh"]
    return np.stack([features.crop(one, p * x.shape[1] / s) for one, p, s in zip(x, points, size, strict=True)])


def fit(folder: Path, run: Path) -> dict[str, float]:
    """Fit the temperatures of the shipped weights, and write them and the figures into ``face.json``."""
    model = build()
    model.set_weights(averaged(run)[0])
    x, y, row = data.load(folder / "fer2013_train.npz")
    held = held_out(x)
    majority, strange = data.majority_of(row[held], folder / "ferplus_votes.npz"), unlabelled(folder / "mouth_open.npz")
    with tempfile.TemporaryDirectory() as scratch:
        judge = Path(scratch) / "judge.onnx"
        write_onnx(serving_model(model), judge)
        own, figures = calibration.on_held_out(looks(judge, x[held]), y[held], majority)
        opinions = looks(judge, strange)
    shipped = classifier.look(strange).outputs
    found = {head: round(by_judge(shipped[head], softmax(opinions[head] / own[head])), 4) for head in HEADS}
    path = registry.weights_folder() / "face.json"
    card = json.loads(path.read_text("utf-8")) | {"temperatures": found}
    path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
    card["figures"] = {"judge": figures} | public_test(folder)
    path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run", type=Path, default=Path("runs/face/checkpoint.npz"), help="what training left")
    options = parser.parse_args()
    print(json.dumps(fit(data.faces_folder(options.data), options.run), indent=1))
