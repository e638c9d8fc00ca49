"""Train the paper's sound network by its 1-D equivalent.

Pieces of 30 ms of RAVDESS's speech, of any place in a clip's louder half, a little louder or softer, noisy now and
then. The head learns from answers about voices that a network like it had not heard: a first run leaves out every third
actor. Its answers about voices that it knows would make the head trust it too much.
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

from ml.fusion.yakaew2021.spectrogram import CHUNK
from ml.fusion.yakaew2021.stream import SENTIMENTS
from ml.training.fusion.yakaew2021 import data as paper_data
from ml.training.fusion.yakaew2021 import equivalent_1d

BATCH = 192
#: What labels are taken for: most pieces of 30 ms hold little of a clip's emotion.
DOUBT = 0.1


class Pieces:
    """Draws balanced batches of pieces from clips (lists of waves, classes (N,))."""

    def __init__(self, waves: list[np.ndarray], classes: np.ndarray, random: np.random.Generator):
        self.waves, self.classes, self.random = waves, classes, random
        self.starts = [paper_data.starts(wave) for wave in waves]
        self.of = [np.flatnonzero(classes == k) for k in range(len(SENTIMENTS))]

    def draw(self, count: int, varied: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """Columns (count, SIDE, 1) and classes (count,)."""
        random = self.random
        chosen = np.concatenate([random.choice(some, count // len(self.of)) for some in self.of])
        out = np.zeros((len(chosen), CHUNK), np.float32)
        for row, clip in enumerate(chosen):
            wave = self.waves[clip]
            first = random.choice(self.starts[clip]) + random.integers(-240, 241)
            part = wave[max(0, first) : max(0, first) + CHUNK]
            out[row, : len(part)] = part
        if varied:
            out *= 10 ** (random.normal(0, 2, (len(out), 1)) / 20).astype(np.float32)
            noisy = random.random(len(out)) < 0.3
            level = 10 ** random.uniform(-5, -3, (noisy.sum(), 1))
            out[noisy] += (level * random.standard_normal((noisy.sum(), CHUNK))).astype(np.float32)
        return equivalent_1d.column(out), self.classes[chosen]


def fit(pieces: Pieces, steps: int, minutes: float, name: str) -> tuple[keras.Model, int]:
    """A 1-D equivalent trained for ``steps`` batches or ``minutes``, and the number of batches."""
    model = equivalent_1d.build()
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=DOUBT)
    model.compile(keras.optimizers.AdamW(2e-3, weight_decay=0.05), loss)
    begun, losses = time.monotonic(), []
    for step in range(steps):
        used = max((time.monotonic() - begun) / (60 * minutes), step / steps)
        if used >= 1:
            return model, step
        model.optimizer.learning_rate = 2e-3 * max(0.01, (1 + np.cos(np.pi * used)) / 2) * min(1, (step + 1) / 50)
        x, y = pieces.draw(BATCH)
        losses.append(float(model.train_on_batch(x, np.eye(len(SENTIMENTS), dtype=np.float32)[y])))
        if step % 200 == 199:
            used = time.monotonic() - begun
            print(f"{name}: batch {step + 1}, loss {np.mean(losses[-200:]):.3f}, {used:.0f} s", flush=True)
    return model, steps


def train(data: Path, steps: int, minutes: float, run_dir: Path) -> None:
    """Write ``equivalent.keras``, ``answers.npz`` and ``answers.json`` to ``run_dir``. Raises MediaError."""
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    waves, classes, actors = paper_data.sounds(data, held_out=False, cache=run_dir)
    kept = np.isin(actors, sorted(set(actors), key=int)[2::3])
    fewer = Pieces([w for w, k in zip(waves, kept, strict=True) if not k], classes[~kept], random)
    others = Pieces([w for w, k in zip(waves, kept, strict=True) if k], classes[kept], random)
    apart, _ = fit(fewer, steps, minutes / 3, "apart")
    answers(apart, others, run_dir)
    model, count = fit(Pieces(waves, classes, random), steps, minutes * 2 / 3, "all")
    model.save(run_dir / "equivalent.keras")
    (run_dir / "answers.json").write_text(json.dumps({"audio": count, "audio_batch": BATCH}), "utf-8")


def answers(model: keras.Model, pieces: Pieces, run_dir: Path) -> None:
    """Write what a 1-D equivalent says of pieces, for the head to learn from, to ``answers.npz``."""
    x, y = pieces.draw(3000, varied=False)
    np.savez(run_dir / "answers.npz", rows=model.predict(x, batch_size=500, verbose=0), y=y)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--minutes", type=float, default=7.0)
    parser.add_argument("--run-dir", type=Path, default=Path("runs/fusion/paper"))
    options = parser.parse_args()
    train(options.data, options.steps, options.minutes, options.run_dir)
