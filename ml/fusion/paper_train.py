"""Train the paper's face, sound and head on what there is, within a number of minutes.

``python -m ml.fusion.paper_train --data DIR --minutes 30``. There is no RAVDESS video here: the face network learns
from FER2013's faces, enlarged; the sound network from 30 ms pieces of RAVDESS's speech at 16 kHz, whose upper two
thirds of the spectrogram are therefore empty; the head's 21 weights from pairs that are put together class by class.
Actors 16 to 20 and FER2013's PublicTest stay out.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import cv2
import keras
import numpy as np

from ml.fusion import paper, paper_data, paper_export
from ml.fusion.paper_stream import SENTIMENTS

#: Shares of the minutes that the face and the sound get; the head takes seconds.
SHARES = {"visual": 0.35, "audio": 0.65}
BATCH = 32
#: The sound network is eighty times as much work as the face's: its batches are small, to take more steps.
SOUND_BATCH = 9


def enlarged(faces: np.ndarray) -> np.ndarray:
    """Grey faces uint8 (N, 48, 48) as the network takes them: float32 (N, 96, 96, 3), 0..1."""
    large = [cv2.resize(face, (paper.FACE, paper.FACE), interpolation=cv2.INTER_LINEAR) for face in faces]
    return np.repeat(np.stack(large)[..., None], 3, axis=3).astype(np.float32) / 255


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


def settle(model: keras.Model, draw, batches: int = 24) -> None:
    """Gather the batch normalisations' statistics anew: after few steps their slow means still hold the first ones."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.85
    for _ in range(batches):
        model(draw()[0], training=True)


def train(data: Path, minutes: float, run_dir: Path, seed: int = 0) -> None:
    """Train, measure and ship. Raises FileNotFoundError and MediaError where the data are not there."""
    keras.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    faces, face_class = paper_data.faces(data / "faces" / "fer2013_train.npz")
    pieces, piece_class, _ = paper_data.pieces(data, held_out=False, cache=run_dir)

    def some(classes: np.ndarray, count: int) -> np.ndarray:
        """A balanced batch's positions."""
        return np.concatenate([random.choice(np.flatnonzero(classes == k), count // 3 + 1) for k in range(3)])[:count]

    def face_batch():
        chosen = some(face_class, BATCH)
        found = enlarged(faces[chosen])
        mirrored = random.random(len(found)) < 0.5
        found[mirrored] = found[mirrored, :, ::-1]
        return found, face_class[chosen]

    def sound_batch():
        chosen = some(piece_class, SOUND_BATCH)
        return paper_data.pictures(pieces[chosen]), piece_class[chosen]

    run_dir.mkdir(parents=True, exist_ok=True)
    models = {"visual": paper.visual(), "audio": paper.audio()}
    done = run_dir / "batches.json"
    batches = json.loads(done.read_text("utf-8")) if done.is_file() else {}
    for (name, draw), most in zip((("visual", face_batch), ("audio", sound_batch)), (4000, 4000), strict=True):
        stored = run_dir / f"{name}.weights.h5"
        if stored.is_file():
            models[name].load_weights(stored)
            continue
        batches[name] = fit(models[name], draw, minutes * SHARES[name], most)
        models[name].save_weights(stored)
        done.write_text(json.dumps(batches), "utf-8")
    settle(models["audio"], sound_batch)

    chosen = random.integers(0, len(faces), 900), random.integers(0, len(pieces), 240)
    seen = models["visual"].predict(enlarged(faces[chosen[0]]), batch_size=BATCH, verbose=0)
    heard = np.concatenate(
        [models["audio"].predict_on_batch(paper_data.pictures(pieces[c])) for c in np.array_split(chosen[1], 30)]
    )
    head = head_of(seen, face_class[chosen[0]], heard, piece_class[chosen[1]], random)
    paper_export.ship(models["visual"], models["audio"], head, data, batches, run_dir)


def head_of(seen, seen_class, heard, heard_class, random) -> tuple[np.ndarray, np.ndarray]:
    """The last layer's weights (6, 3) and biases (3,), by gradient descent on pairs of one class each."""
    rows, labels = [], []
    for k in range(len(SENTIMENTS)):
        for _ in range(2000):
            face, sound = (
                random.choice(np.flatnonzero(seen_class == k)),
                random.choice(np.flatnonzero(heard_class == k)),
            )
            rows.append(np.concatenate([seen[face], heard[sound]]))
            labels.append(k)
    layer = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")])
    layer.compile(keras.optimizers.SGD(0.5), loss="sparse_categorical_crossentropy")
    layer.fit(np.array(rows), np.array(labels), batch_size=64, epochs=20, verbose=0)
    weights, biases = layer.get_weights()
    return weights, biases


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--run-dir", type=Path, default=Path("runs/fusion/paper"))
    options = parser.parse_args()
    train(options.data, options.minutes, options.run_dir)
