"""Train the networks of Yakaew et al. (2021) within a number of minutes, and export them.

There is no RAVDESS video here: the face
network learns from FER2013's faces, enlarged; the sound network from 30 ms pieces of RAVDESS's speech at 16 kHz,
whose upper two thirds of the spectrogram are therefore empty; the head's 21 weights from pairs that are put together
class by class. Actors 16 to 20 and FER2013's PublicTest stay out.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np

from ml.core import registry
from ml.fusion.yakaew2021.stream import SENTIMENTS
from ml.training.fusion.yakaew2021 import data as paper_data
from ml.training.fusion.yakaew2021 import export, train_mouth, train_sound
from ml.training.fusion.yakaew2021 import model as paper
from ml.training.fusion.yakaew2021.fp16 import to_fp16

#: Shares of the minutes that the face and the sound get; the mouth takes some more, the head seconds.
SHARES = {"visual": 0.5, "audio": 0.5}
BATCH = 32


def fit(model: keras.Model, draw, minutes: float, steps: int) -> int:
    """Train for ``minutes`` or ``steps`` batches, whichever ends first, at a rate that falls with what is left.

    ``draw`` gives a batch. Returns the number of batches.
    """
    model.compile(keras.optimizers.Adam(1e-3), loss="sparse_categorical_crossentropy", jit_compile=False)
    begun, losses = time.monotonic(), []
    for step in range(steps):
        used = max((time.monotonic() - begun) / (60 * minutes), step / steps)
        if used >= 1:
            return step
        model.optimizer.learning_rate = 1e-3 * max(0.02, np.cos(used * np.pi / 2))
        losses.append(float(model.train_on_batch(*draw())))
        if step % 20 == 19:
            print(f"{model.name}: batch {step + 1}, loss {np.mean(losses[-20:]):.3f}", flush=True)
    return steps


def train_faces(data: Path, minutes: float, run_dir: Path) -> int:
    """Train the face network and write ``paper_visual.onnx``; the number of batches. Raises FileNotFoundError."""
    random = np.random.default_rng(0)
    faces, classes = paper_data.faces(data / "faces" / "fer2013_train.npz")
    of = [np.flatnonzero(classes == k) for k in range(len(SENTIMENTS))]

    def draw():
        chosen = np.concatenate([random.choice(some, BATCH // 3 + 1) for some in of])[:BATCH]
        found = paper_data.enlarged(faces[chosen])
        mirrored = random.random(len(found)) < 0.5
        found[mirrored] = found[mirrored, :, ::-1]
        return found, classes[chosen]

    model = paper.visual()
    count = fit(model, draw, minutes, 4000)
    model.save_weights(run_dir / "visual.weights.h5")
    path = registry.weights_folder() / "paper_visual.onnx"
    model.export(path, format="onnx", verbose=False)
    to_fp16(path)
    return count


def train(data: Path, minutes: float, run_dir: Path) -> None:
    """Train what ``run_dir`` does not hold yet, measure and export. Raises FileNotFoundError and MediaError where the
    data are not there, or the mouths have not been prepared (ml.training.face.mouth_train)."""
    keras.utils.set_random_seed(0)
    run_dir.mkdir(parents=True, exist_ok=True)
    done = run_dir / "batches.json"
    batches = json.loads(done.read_text("utf-8")) if done.is_file() else {}
    if not (run_dir / "visual.weights.h5").is_file():
        batches["visual"] = train_faces(data, minutes * SHARES["visual"], run_dir)
        done.write_text(json.dumps(batches), "utf-8")
    if not (run_dir / "mouth.json").is_file():
        with np.load("runs/mouth/prepared-32.npz") as file:
            train_mouth.train({name: file[name] for name in file.files}, 1500, run_dir)
    if not (run_dir / "equivalent.keras").is_file():
        train_sound.train(data, 4000, minutes * SHARES["audio"], run_dir)
    answers = json.loads((run_dir / "answers.json").read_text("utf-8"))
    training = {
        "batches": {"visual": batches["visual"], "audio": answers["audio"]},
        "batch": {"visual": BATCH, "audio": answers["audio_batch"]},
    }
    with np.load(run_dir / "answers.npz") as file:
        rows, classes = file["rows"], file["y"]
    export.export(keras.models.load_model(run_dir / "equivalent.keras"), rows, classes, data, training, run_dir)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--run-dir", type=Path, default=Path("runs/fusion/paper"))
    options = parser.parse_args()
    train(options.data, options.minutes, options.run_dir)
