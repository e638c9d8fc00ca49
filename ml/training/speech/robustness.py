"""Measure what noise, a telephone, a room, a codec and another pitch cost the speech model.

The cross-validation's discriminants read worse copies of held-out clips (the ``--run-dir`` of ``./viva train speech``).
Each clip is read by the discriminant and the directions of the fold that never heard its speaker, from speech detection
on; the network, a small part of the sum, is not asked. ``coverage`` and ``accuracy_told`` are of the readings that the
threshold lets through.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.statistics import confusion, expected_calibration_error, recalls
from ml.speech import encoder
from ml.speech.classifier import Discriminant, calibrated
from ml.speech.encoder import encode, means_alone
from ml.speech.familiarity import Corpus
from ml.speech.features import frame_power
from ml.training.speech.calibration import selective, temperatures, threshold
from ml.training.speech.conditions import TESTS
from ml.training.speech.data import Clip, clips, load, spoken

#: Every so many-th clip of each corpus.
SHARES = {"ravdess": 6, "nemo": 30}


def folder_of(data: Path, name: str) -> Path:
    """Where a corpus lies below ``data``."""
    return next((f for f in (data / "speech" / name, data / name) if (f / "manifest.csv").is_file()), data)


def copies(clip: Clip, seed: int, encoders: encoder.Encoders) -> list[np.ndarray]:
    """The encoders' features of a clip under each of `conditions.TESTS`."""
    samples = load(clip.path)
    made = (make(samples, np.random.default_rng(seed)) for make in TESTS.values())
    return [encode(frame_power(spoken(sound)), encoders) for sound in made]


def measure(data: Path, run_dir: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Per corpus and condition: ``n``, ``uar``, ``accuracy``, ``expected_calibration_error``, ``coverage`` and
    ``accuracy_told`` (None at hardly any coverage). Raises MediaError where the clips are missing, FileNotFoundError
    where the run is."""
    encoders = encoder.sessions()
    with np.load(run_dir / "held_out.npz") as stored:
        held = {name: stored[name] for name in ("names", "truth", "fold", "corpora", "alone", "distances")}
    with np.load(run_dir / "folds.npz") as stored:
        folds = dict(stored)
    distance = (held["distances"] / folds["limit"]).min(axis=1)
    calibration = temperatures(held["alone"], held["truth"], distance, held["corpora"])
    least = threshold(calibrated(held["alone"], distance, calibration), held["truth"], corpora=held["corpora"])
    found: dict[str, dict[str, dict[str, Any]]] = {}
    place = {name: i for i, name in enumerate(held["names"])}
    for number in range(len(folds["limit"])):
        name = list(SHARES)[number]
        some = clips(folder_of(data, name))[:: SHARES[name]]
        rows = [copies(clip, place[clip.path.name], encoders) for clip in tqdm(some, desc=name, mininterval=5)]
        own = np.array([place[clip.path.name] for clip in some])
        found[name] = {}
        for condition, features in zip(TESTS, np.swapaxes(np.array(rows), 0, 1), strict=True):
            logits, far = _read(features, held["fold"][own], folds)
            chances, truth = calibrated(logits, far, calibration), held["truth"][own]
            told = selective(chances, truth, np.ones(len(truth)), least)
            found[name][condition] = {
                "n": len(truth),
                "uar": recalls(confusion(truth, chances.argmax(axis=1), len(SPEECH_EMOTIONS)))[1],
                "accuracy": float((chances.argmax(axis=1) == truth).mean()),
                "expected_calibration_error": expected_calibration_error(chances, truth),
                "coverage": told["coverage"],
                "accuracy_told": told["accuracy"],
            }
    return found


def _read(features: np.ndarray, fold: np.ndarray, folds: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Logits (N, 8) and distances (N,) of clips' features (N, F) by the models of their folds (N,)."""
    logits, distance = np.zeros((len(fold), len(SPEECH_EMOTIONS))), np.zeros(len(fold))
    for k in np.unique(fold):
        inside = fold == k
        logits[inside] = Discriminant(folds[f"{k}/weight"], folds[f"{k}/bias"])(features[inside])
        spaces = [Corpus.of(folds, f"{k}/{c}", float(limit)) for c, limit in enumerate(folds["limit"])]
        distance[inside] = np.min([space.distance(means_alone(features[inside])) for space in spaces], axis=0)
    return logits, distance


def table(found: dict[str, dict[str, dict[str, Any]]]) -> str:
    """The figures in Markdown."""
    lines = ["| corpus, condition | UAR | ECE | told | of these right |", "|---|---|---|---|---|"]
    for corpus, rows in found.items():
        for name, row in rows.items():
            right = "–" if row["accuracy_told"] is None else f"{row['accuracy_told']:.3f}"
            values = f"{row['uar']:.3f} | {row['expected_calibration_error']:.3f} | {row['coverage']:.0%} | {right}"
            lines.append(f"| {corpus}, {name.replace('_', ' ')} | {values} |")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run-dir", type=Path, default=Path("runs/speech"))
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    measured = measure(options.data, options.run_dir)
    print(json.dumps(measured, indent=1) if options.json else table(measured))
