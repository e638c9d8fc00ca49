"""Train the mouth classifiers: ``python -m ml.face.mouth_train --data DIR``.

First the network that ships, on all faces; then, fold by fold, the same network and the paper's on four fifths of the
faces, to say how good they are on the fifth that is left. Every part is kept under ``--run-dir`` as soon as it is
there, and a second call goes on with what is missing. Copies and near copies of a face share a fold.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import keras
import numpy as np

from ml import registry
from ml.face import features, mouth, mouth_data
from ml.face.data import faces_folder
from ml.face.mouth_model import PAPER_SIDE, paper_mouth, small_mouth
from ml.statistics import wilson

FOLDS = 5
#: What labels are taken for: some of them are wrong (about one in fifty, by a second look at a hundred faces).
DOUBT = 0.03
DATA = ["700 faces with mouths labelled open or closed, and 68 landmarks (mouth_open.npz), for research use"]


def small_input(cuts: np.ndarray) -> np.ndarray:
    """Cuts uint8 (N, 32, 56) as the small network takes them."""
    return cuts[..., None].astype(np.float32)


def paper_input(cuts: np.ndarray) -> np.ndarray:
    """Cuts uint8 (N, 32, 56) as the paper's network takes them: squeezed to 28x28, three times the same grey."""
    squeezed = [cv2.resize(one, (PAPER_SIDE, PAPER_SIDE), interpolation=cv2.INTER_AREA) for one in cuts]
    return np.repeat(np.stack(squeezed)[..., None], 3, axis=3).astype(np.float32)


NETWORKS: dict[str, tuple[Callable[[], keras.Model], Callable[[np.ndarray], np.ndarray]]] = {
    "small": (small_mouth, small_input),
    "paper": (paper_mouth, paper_input),
}


def fit(name: str, varied: np.ndarray, is_open: np.ndarray, steps: int, seed: int, rate: float) -> keras.Model:
    """Train a network on versions of mouths: uint8 (N, versions, 32, 56), bool (N,)."""
    build, to_input = NETWORKS[name]
    keras.utils.set_random_seed(seed)
    random, model = np.random.default_rng(seed), build()
    logits = name == "small"
    model.compile(keras.optimizers.AdamW(rate, weight_decay=0.05), keras.losses.BinaryCrossentropy(from_logits=logits))
    batch, target = 64, np.where(is_open, 1 - DOUBT, DOUBT).astype(np.float32)
    warm = 0.15 * steps
    for step in range(steps):
        fall = (1 + math.cos(math.pi * (step - warm) / (steps - warm))) / 2
        model.optimizer.learning_rate = rate * ((step + 1) / warm if step < warm else fall)
        rows = random.integers(0, len(varied), batch)
        cuts = varied[rows, random.integers(0, varied.shape[1], batch)]
        model.train_on_batch(_relit(to_input(cuts), random), target[rows, None])
    return model


def _relit(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Mirror, change brightness curves and light from the side: float32 (N, H, W, C) in 0..255."""
    n, height, width = x.shape[:3]
    mirrored = random.random(n) < 0.5
    x[mirrored] = x[mirrored, :, ::-1]
    gamma = np.exp(random.normal(0, 0.25, (n, 1, 1, 1))).astype(np.float32)
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, None, :, None]
    down = np.linspace(-1, 1, height, dtype=np.float32)[None, :, None, None]
    slope = random.normal(0, 15, (2, n, 1, 1, 1)).astype(np.float32)
    return 255 * np.clip(x / 255, 1e-3, 1) ** gamma + slope[0] * across + slope[1] * down


def scores(name: str, model: keras.Model, cuts: np.ndarray) -> np.ndarray:
    """Logits (N,) of cuts, averaged over both mirror images."""
    x = NETWORKS[name][1](cuts)
    out = [np.asarray(model.predict(side, verbose=0, batch_size=128))[:, 0] for side in (x, x[:, :, ::-1])]
    if name == "paper":
        out = [np.log(np.clip(p, 1e-6, 1 - 1e-6) / np.clip(1 - p, 1e-6, 1)) for p in out]
    return (out[0] + out[1]) / 2


def cross_validate(name: str, prepared: dict[str, np.ndarray], options: argparse.Namespace) -> np.ndarray | None:
    """Logits (N,) of every face by a network that has not seen it; None while folds are missing."""
    fold = mouth_data.folds(prepared["group"], FOLDS)
    found = np.full(len(fold), np.nan)
    for number in range(FOLDS):
        file = options.run_dir / f"{name}-fold{number}-{options.steps}.npy"
        if not file.is_file():
            started = time.monotonic()
            there = fold != number
            model = fit(name, prepared["varied"][there], prepared["is_open"][there], options.steps, 7, options.rate)
            np.save(file, scores(name, model, prepared["cuts"][~there]))
            right = (np.load(file) > 0) == prepared["is_open"][~there]
            print(f"{name}, fold {number + 1}: {right.mean():.4f}, {time.monotonic() - started:.0f} s", flush=True)
        found[fold == number] = np.load(file)
    return found


def prepare(data: Path, options: argparse.Namespace) -> dict[str, np.ndarray]:
    """Faces, cuts and their versions, made once."""
    file = options.run_dir / f"prepared-{options.versions}.npz"
    if not file.is_file():
        faces = mouth_data.load(faces_folder(data) / "mouth_open.npz")
        arrays = {
            "cuts": mouth_data.cuts(faces),
            "varied": mouth_data.varied(faces, options.versions),
            "group": mouth_data.groups(faces.pictures),
            "is_open": faces.is_open,
            "detected": faces.detected,
        }
        np.savez(file, **arrays)
    with np.load(file) as kept:
        return {name: kept[name] for name in kept.files}


def export(model: keras.Model, cuts: np.ndarray) -> dict:
    """Write mouth.onnx, mouth.keras and mouth.json without figures. Raises RuntimeError where the two disagree."""
    from ml.face.export import _name_outputs

    target = registry.weights_folder()
    model.save(target / "mouth.keras")
    temporary = target / "mouth.tmp.onnx"
    model(small_input(cuts[:2]))
    model.export(temporary, format="onnx", verbose=False)
    _name_outputs(temporary, target / "mouth.onnx", ["open"])
    temporary.unlink()
    card = {
        "name": "mouth",
        "version": registry.next_version("mouth"),
        "files": {name: registry.sha256(target / name) for name in ("mouth.onnx", "mouth.keras")},
        "labels": list(mouth.LABELS),
        "temperature": 1.0,
        "parameters": model.count_params(),
        "data": DATA,
        "figures": {},
        "licence": "Research and private practice only: the terms of its data hold for what is learnt from it.",
    }
    _write(card)
    difference = float(np.abs(mouth.logits(cuts[:64]) - scores("small", model, cuts[:64])).max())
    if difference > 1e-3:
        raise RuntimeError(f"The exported graph differs from Keras by {difference:.1e}: nothing should be shipped.")
    return card


def figures(name: str, logits: np.ndarray, prepared: dict[str, np.ndarray]) -> dict:
    """What cross-validated logits are worth: accuracy, its Wilson interval, recalls, the accuracy of each fold, and the
    same where dlib's detector found the face by itself. Faces of folds that were not run have NaN and do not count."""
    run = ~np.isnan(logits)
    fold = mouth_data.folds(prepared["group"], FOLDS)[run]
    is_open, seen = prepared["is_open"][run], prepared["detected"][run]
    right = (logits[run] > 0) == is_open
    low, high = wilson(int(right.sum()), len(right))
    return {
        f"{name}_faces": len(right),
        f"{name}_accuracy": round(float(right.mean()), 4),
        f"{name}_accuracy_low": round(low, 4),
        f"{name}_accuracy_high": round(high, 4),
        f"{name}_recall_open": round(float(right[is_open].mean()), 4),
        f"{name}_recall_closed": round(float(right[~is_open].mean()), 4),
        f"{name}_accuracy_detected": round(float(right[seen].mean()), 4),
        f"{name}_accuracy_by_fold": {str(k + 1): round(float(right[fold == k].mean()), 4) for k in np.unique(fold)},
    }


def so_far(data: Path, prepared: dict[str, np.ndarray], options: argparse.Namespace) -> dict:
    """Figures of the folds that lie in the run's folder, and of the landmarks' rule on the same faces."""
    fold, found = mouth_data.folds(prepared["group"], FOLDS), {}
    faces = mouth_data.load(faces_folder(data) / "mouth_open.npz")
    ratios = np.array([features.mouth_aspect_ratio(marks) for marks in faces.found])
    for name in options.networks:
        logits = np.full(len(fold), np.nan)
        for number in range(FOLDS):
            file = options.run_dir / f"{name}-fold{number}-{options.steps}.npy"
            if file.is_file():
                logits[fold == number] = np.load(file)
        if not np.isnan(logits).all():
            found |= figures(name, logits, prepared)
            rule = np.where(np.isnan(logits), np.nan, ratios - features.MOUTH_OPEN)
            found |= figures(f"landmarks_beside_{name}", rule, prepared)
    return found


def _write(card: dict) -> None:
    target = registry.weights_folder()
    temporary = target / f".mouth.json.{os.getpid()}"
    temporary.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
    temporary.replace(target / "mouth.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run-dir", type=Path, default=Path("runs/mouth"))
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--versions", type=int, default=32, help="versions of each mouth to learn from")
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--networks", nargs="*", default=["small", "paper"], choices=list(NETWORKS))
    parser.add_argument("--figures", action="store_true", help="train nothing: write down the folds that were run")
    options = parser.parse_args()
    options.run_dir.mkdir(parents=True, exist_ok=True)
    prepared = prepare(options.data, options)
    if options.figures:
        card = registry.describe("mouth") | {"figures": so_far(options.data, prepared, options)}
        _write(card)
        print(json.dumps(card["figures"], indent=2))
        return
    shipped = options.run_dir / f"shipped-{options.steps}.keras"
    if not shipped.is_file():
        fit("small", prepared["varied"], prepared["is_open"], options.steps, 7, options.rate).save(shipped)
    card = export(keras.models.load_model(shipped), prepared["cuts"])
    for name in options.networks:
        card["figures"] |= figures(name, cross_validate(name, prepared, options), prepared)
        _write(card)
    print(json.dumps(card["figures"], indent=2))


if __name__ == "__main__":
    main()
