"""From trained networks to what ships: calibration, figures, ``speech.keras``, ``speech.onnx`` and ``speech.json``."""

from __future__ import annotations

import argparse
import json

import keras
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from ml import registry
from ml.readings import SPEECH_EMOTIONS
from ml.speech.data import Clip
from ml.speech.evaluate import speaker_of
from ml.speech.features import CHUNK, MELS
from ml.statistics import confusion, expected_calibration_error, recalls


def logits_of(model: keras.Model, parts: list[list[np.ndarray]]) -> np.ndarray:
    """Mean logits (N, 8) of clips, each a list of windows (n, CHUNK, MELS); those of one length go together."""
    flat = [(len(window), clip, window) for clip, windows in enumerate(parts) for window in windows]
    result = np.zeros((len(parts), len(SPEECH_EMOTIONS)), np.float32)
    for length in sorted({row[0] for row in flat}):
        rows = [row for row in flat if row[0] == length]
        for at in range(0, len(rows), 64):
            some = rows[at : at + 64]
            for (_, clip, _), values in zip(
                some, model.predict_on_batch(np.stack([row[2] for row in some])), strict=True
            ):
                result[clip] += values / len(parts[clip])
    return result


def temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """What to divide logits (N, 8) by so that their likelihood is greatest (Guo et al., 2017)."""

    def loss(value: float) -> float:
        return -float(np.mean(log_softmax(logits / value, axis=1)[np.arange(len(truth)), truth]))

    return float(minimize_scalar(loss, bounds=(0.1, 5), method="bounded").x)


def describe(
    logits: np.ndarray, truth: np.ndarray, fold_of: np.ndarray, found: list[Clip], options: argparse.Namespace
) -> dict:
    """The model's metadata from its held-out logits (N, 8): figures of cross-validation, calibration, data, licence.

    The interval draws actors, since clips of one actor are not independent. The calibration error is measured with each
    fold's temperature fitted on the other folds.
    """
    matrix = confusion(truth, logits.argmax(axis=1), len(SPEECH_EMOTIONS))
    each, pooled = recalls(matrix)
    folds = [
        recalls(confusion(truth[fold_of == k], logits[fold_of == k].argmax(axis=1), len(SPEECH_EMOTIONS)))[1]
        for k in np.unique(fold_of)
    ]
    chances = np.zeros(logits.shape)
    for k in np.unique(fold_of):
        inside = fold_of == k
        chances[inside] = softmax(logits[inside] / temperature(logits[~inside], truth[~inside]), axis=1)
    actors = np.array([clip.actor for clip in found])
    per_actor = np.array(
        [
            recalls(confusion(truth[actors == a], logits[actors == a].argmax(axis=1), len(SPEECH_EMOTIONS)))[1]
            for a in sorted(set(actors))
        ]
    )
    draws = np.random.default_rng(0).choice(per_actor, (10_000, len(per_actor))).mean(axis=1)
    return {
        "name": "speech",
        "version": registry.next_version("speech"),
        "labels": list(SPEECH_EMOTIONS),
        "temperature": temperature(logits, truth),
        "data": ["RAVDESS speech, actors 1-20 (Livingstone & Russo, 2018; CC BY-NC-SA 4.0)"]
        + (["nEMO (Christop, 2024; CC BY-NC-SA 4.0)"] if options.extra else []),
        "speakers": sorted({speaker_of(clip) for clip in found}),
        "figures": {
            "protocol": f"{len(folds)}-fold cross-validation grouped by actor, each network alone, last epoch",
            "uar_mean": float(np.mean(folds)),
            "uar_per_fold": folds,
            "uar_interval_over_actors": [float(value) for value in np.percentile(draws, [2.5, 97.5])],
            "uar_per_actor": {str(a): round(float(v), 4) for a, v in zip(sorted(set(actors)), per_actor, strict=True)},
            "uar_pooled": pooled,
            "accuracy": float(np.mean(logits.argmax(axis=1) == truth)),
            "per_class_recall": dict(zip(SPEECH_EMOTIONS, each, strict=True)),
            "expected_calibration_error": expected_calibration_error(chances, truth),
            "expected_calibration_error_uncalibrated": expected_calibration_error(softmax(logits, axis=1), truth),
            "confusion_matrix": matrix.tolist(),
            "n": len(truth),
        },
        "training": {k: str(v) for k, v in sorted(vars(options).items()) if k in ("epochs", "steps", "batch", "rate")},
        "licence": "CC BY-NC-SA 4.0",
    }


def shrinkage(members: list[keras.Model], parts: list[list[np.ndarray]]) -> float:
    """How much smaller the logits of the mean of the members are than a member's own, on speakers that none knows.

    The temperature was fitted to single networks; their mean disagrees with itself less loudly, and without this its
    confidence would fall although it is right more often. 1 where there is nothing to measure on. No labels are used.
    """
    if not parts:
        return 1.0
    own = np.stack([logits_of(member, parts) for member in members])
    return float(own.mean(axis=0).std(axis=1).mean() / own.std(axis=2).mean())


def committee(members: list[keras.Model]) -> keras.Model:
    """One network whose logits are the members' mean."""
    inputs = keras.Input((None, CHUNK, MELS), name="chunks")
    outputs = []
    for number, member in enumerate(members):
        member.name = f"member{number}"
        outputs.append(member(inputs))
    return keras.Model(inputs, keras.layers.Average(name="logits")(outputs), name="speech")


def ship(members: list[keras.Model], card: dict, shrunk: float = 1.0) -> None:
    """Write the members' mean as ``speech.keras`` and ``speech.onnx`` with ``speech.json`` into the weights folder.

    The ONNX graph takes any number of windows and of chunks. Writing it needs the TensorFlow backend and the packages
    of the dependency group ``train``.
    """
    folder = registry.weights_folder()
    folder.mkdir(parents=True, exist_ok=True)
    model = committee(members)
    model.predict_on_batch(np.zeros((2, 3, CHUNK, MELS), np.float32))
    model.save(folder / "speech.keras")
    model.export(folder / "speech.onnx", format="onnx", verbose=False)
    card["temperature_of_one_network"] = card["temperature"]
    card["temperature"] *= shrunk
    card["figures"]["parameters"] = int(model.count_params())
    card["files"] = {name: registry.sha256(folder / name) for name in ("speech.onnx", "speech.keras")}
    (folder / "speech.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
