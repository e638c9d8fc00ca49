"""Measure what noise, a telephone, a room and a codec cost the speech model.

The cross-validation's models read worse copies of held-out clips (the ``--run-dir`` of ``./viva train speech``). Each
clip is read by the network and the discriminants of the fold that never heard its actor, from speech detection on.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import numpy as np
from tqdm import tqdm

from ml.core.readings import SPEECH_EMOTIONS
from ml.core.statistics import expected_calibration_error
from ml.speech import encoder
from ml.speech.features import frame_power, log_mel
from ml.speech.functionals import functionals
from ml.training.speech import discriminant
from ml.training.speech import model as network
from ml.training.speech.calibration import FEATURE_WEIGHT, temperature
from ml.training.speech.conditions import TESTS
from ml.training.speech.data import Clip, clips, folds, load, speakers, spoken
from ml.training.speech.export import logits_of
from ml.training.speech.train import encoded_clips, find, uar, windows_of

SHARE = 3  # every third clip


def worse(clip: Clip, number: int, session) -> list[tuple[list[np.ndarray], np.ndarray, np.ndarray]]:
    """Network windows, hand-made features and the encoder's of a clip under each of `conditions.TESTS`."""
    samples, copies = load(clip.path), []
    for make in TESTS.values():
        said = spoken(make(samples, np.random.default_rng(number)))
        power = frame_power(said)
        copies.append((windows_of(log_mel(said, power)), functionals(said, power), encoder.encode(power, session)))
    return copies


def measure(data: Path, run_dir: Path, count: int = 5) -> dict[str, dict[str, float]]:
    """Per condition: UAR of all together (``uar``) and of each part, accuracy and calibration error, over every third
    clip. Raises MediaError where the clips are missing, FileNotFoundError where the run is."""
    found = clips(find(data, "ravdess"))
    actors = np.array([clip.actor for clip in found])
    truth = np.array([SPEECH_EMOTIONS.index(clip.emotion) for clip in found])
    features = discriminant.aggregate(found, run_dir / "functionals.npz"), encoded_clips(found, run_dir)
    session = encoder.opened(run_dir / encoder.ENCODER)
    with np.load(run_dir / "held_out.npz") as held_out:
        heat = temperature(held_out["logits"], held_out["truth"])
    chosen = np.random.default_rng(0).permutation(len(found))[::SHARE]
    copies = {int(i): worse(found[i], int(i), session) for i in tqdm(chosen, desc="conditions", mininterval=5)}
    parts = np.zeros((len(TESTS), 3, len(found), len(SPEECH_EMOTIONS)))
    for fold, (_, held) in enumerate(folds(speakers(found), count)):
        inside = np.isin(actors, held)
        own = np.array([i for i in copies if inside[i]])
        model = network.build()
        model.load_weights(run_dir / f"fold{fold}.weights.h5")
        shrinkages = discriminant.SHRINKAGE, discriminant.SHRINKAGE_HEARD
        alone = [
            discriminant.fit(part[~inside], truth[~inside], share)
            for part, share in zip(features, shrinkages, strict=True)
        ]
        for number in range(len(TESTS)):
            parts[number, 0, own] = logits_of(model, [copies[i][number][0] for i in own])
            for kind, read in enumerate(alone, start=1):
                parts[number, kind, own] = read(np.array([copies[i][number][kind] for i in own]))
    result = {}
    labels = truth[chosen]
    for name, (by_network, by_hand, by_encoder) in zip(TESTS, parts[:, :, chosen], strict=True):
        logits = by_network + FEATURE_WEIGHT * (by_encoder + discriminant.HAND_WEIGHT * by_hand)
        chances = np.exp(logits / heat - (logits / heat).max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        result[name] = {
            "uar": uar(logits, labels),
            "accuracy": float(np.mean(logits.argmax(axis=1) == labels)),
            "expected_calibration_error": expected_calibration_error(chances, labels),
            "uar_of_the_network": uar(by_network, labels),
            "uar_of_hand_made_features": uar(by_hand, labels),
            "uar_of_the_encoder": uar(by_encoder, labels),
            "uar_without_the_network": uar(by_encoder + discriminant.HAND_WEIGHT * by_hand, labels),
        }
    return result


def table(found: dict[str, dict[str, float]]) -> str:
    """The figures in Markdown."""
    lines = [
        "| condition | UAR | loss | network | hand-made features | encoder | the last two | ECE |",
        "|---|---|---|---|---|---|---|---|",
    ]
    clean = found["clean"]["uar"]
    for name, row in found.items():
        values = (
            row["uar"],
            clean - row["uar"],
            row["uar_of_the_network"],
            row["uar_of_hand_made_features"],
            row["uar_of_the_encoder"],
            row["uar_without_the_network"],
            row["expected_calibration_error"],
        )
        lines.append(f"| {name.replace('_', ' ')} | {' | '.join(f'{value:.3f}' for value in values)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run-dir", type=Path, default=Path("runs/speech"))
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    measured = measure(options.data, options.run_dir)
    print(json.dumps(measured, indent=1) if options.json else table(measured))
