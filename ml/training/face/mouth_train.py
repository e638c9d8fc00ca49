"""Train the mouth classifiers.

Fold by fold, a small network (or the paper's) learns from four fifths of the faces and is measured on the fifth that
is left. Small ones learn from FER2013's mouths besides (``mouth_fer2013.py``), which are never measured on; the five of
them together are what serves. Every part is kept under ``--run-dir`` as soon as it is there, and a second call goes on
with what is missing. Copies and near copies of a face share a fold.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import keras
import numpy as np

from ml.training.face import mouth_data, mouth_fer2013
from ml.training.face.data import faces_folder
from ml.training.face.mouth_export import FOLDS, export
from ml.training.face.mouth_model import PAPER_SIDE, paper_mouth, small_mouth

#: What labels are taken for: some of them are wrong (about one in fifty, by a second look at a hundred faces).
DOUBT = 0.03
#: Faces to a step, and of each kind where FER2013's mouths are learned from besides.
BATCH, BATCH_OF_EACH = 64, 40
#: Versions of each of FER2013's mouths.
FER_VERSIONS = 4


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


def fit(
    name: str,
    varied: np.ndarray,
    is_open: np.ndarray,
    steps: int,
    seed: int,
    rate: float,
    more: tuple[np.ndarray, np.ndarray] | None = None,
) -> keras.Model:
    """Train a network on versions of mouths, uint8 (N, versions, 32, 56), bool (N,), and on as many of ``more``: uint8
    (M, versions, 32, 56) with the chance that each is open, (M,). Keras' dtype policy may be a mixed one."""
    build, to_input = NETWORKS[name]
    keras.utils.set_random_seed(seed)
    random, model = np.random.default_rng(seed), build()
    logits = name == "small"
    model.compile(keras.optimizers.AdamW(rate, weight_decay=0.05), keras.losses.BinaryCrossentropy(from_logits=logits))
    sources = [(varied, np.where(is_open, 1 - DOUBT, DOUBT))] + ([more] if more else [])
    batch = BATCH_OF_EACH if more else BATCH
    warm = 0.15 * steps
    for step in range(steps):
        decay = (1 + math.cos(math.pi * (step - warm) / (steps - warm))) / 2
        model.optimizer.learning_rate = rate * ((step + 1) / warm if step < warm else decay)
        cuts, targets = [], []
        for mouths, target in sources:
            rows = random.integers(0, len(mouths), batch)
            cuts.append(mouths[rows, random.integers(0, mouths.shape[1], batch)])
            targets.append(target[rows])
        x = _relit(to_input(np.concatenate(cuts)), random)
        model.train_on_batch(x, np.concatenate(targets).astype(np.float32)[:, None])
    return _plain(name, model)


def _plain(name: str, model: keras.Model) -> keras.Model:
    """The same network in single precision."""
    policy = keras.mixed_precision.dtype_policy()
    if policy.name == "float32":
        return model
    keras.mixed_precision.set_dtype_policy("float32")
    plain = NETWORKS[name][0]()
    plain.set_weights(model.get_weights())
    keras.mixed_precision.set_dtype_policy(policy)
    return plain


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


def cross_validate(name: str, prepared: dict[str, np.ndarray], options: argparse.Namespace) -> np.ndarray:
    """Logits (N,) of every face by a network that has not seen it. Networks and logits are kept."""
    fold = mouth_data.folds(prepared["group"], FOLDS)
    found = np.full(len(fold), np.nan)
    more = (prepared["fer_varied"], prepared["fer_target"]) if name == "small" else None
    for number in range(FOLDS):
        file, there = kept(name, number, options), fold != number
        if not file.is_file():
            started = time.monotonic()
            seen = prepared["varied"][there], prepared["is_open"][there]
            model = fit(name, *seen, options.steps, 7 + number, options.rate, more)
            model.save(file.with_suffix(".keras"))
            np.save(file, scores(name, model, prepared["cuts"][~there]))
            right = (np.load(file) > 0) == prepared["is_open"][~there]
            print(f"{name}, fold {number + 1}: {right.mean():.4f}, {time.monotonic() - started:.0f} s", flush=True)
        found[fold == number] = np.load(file)
    return found


def kept(name: str, number: int, options: argparse.Namespace) -> Path:
    """Where the logits of a fold are kept; its network lies beside them."""
    return options.run_dir / f"{name}-fold{number}-{options.steps}.npy"


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
        np.savez(file, allow_pickle=True, **arrays)
    lent_file = options.run_dir / f"fer-{FER_VERSIONS}.npz"
    if not lent_file.is_file():
        cuts, target = mouth_fer2013.mouths(data, FER_VERSIONS)
        np.savez(lent_file, fer_varied=cuts, fer_target=target)
    with np.load(file) as own, np.load(lent_file) as more:
        return {name: own[name] for name in own.files} | {name: more[name] for name in more.files}


def main() -> None:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run-dir", type=Path, default=Path("runs/mouth"))
    parser.add_argument("--steps", type=int, default=1600)
    parser.add_argument("--precision", choices=("float32", "mixed_bfloat16"), default="float32")
    parser.add_argument("--versions", type=int, default=32, help="versions of each mouth to learn from")
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--networks", nargs="*", default=["small"], choices=list(NETWORKS))
    options = parser.parse_args()
    keras.mixed_precision.set_dtype_policy(options.precision)
    options.run_dir.mkdir(parents=True, exist_ok=True)
    prepared = prepare(options.data, options)
    logits = {name: cross_validate(name, prepared, options) for name in options.networks}
    if "small" in logits:
        members = [keras.models.load_model(kept("small", n, options).with_suffix(".keras")) for n in range(FOLDS)]
        print(json.dumps(export(members, logits, prepared, options.data), indent=2))


if __name__ == "__main__":
    main()
