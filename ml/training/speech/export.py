"""From trained networks to what serves: calibration, figures, ``speech.keras``, ``speech.onnx`` and ``speech.json``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import keras
import numpy as np
from scipy.special import softmax

from ml.core import registry
from ml.core.readings import SPEECH_EMOTIONS
from ml.core.statistics import confusion, expected_calibration_error, recalls
from ml.speech.activity import detect
from ml.speech.classifier import FEATURE_WEIGHTS, Discriminant
from ml.speech.encoder import ENCODER
from ml.speech.features import CHUNK, MELS
from ml.training import runs
from ml.training.speech.calibration import FEATURE_WEIGHT, HeldOut, selective, temperature, threshold
from ml.training.speech.data import Clip, load
from ml.training.speech.encoder_graph import parameters
from ml.training.speech.evaluate import speaker_of


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


def describe(held: HeldOut, found: list[Clip], options: argparse.Namespace) -> dict:
    """The model's metadata from what cross-validation held out: figures, calibration, data, licence.

    The interval draws actors, since clips of one actor are not independent. The calibration error and abstention are
    measured with each fold's temperature fitted on the other folds.
    """
    logits, truth, fold_of, actors = held.together(), held.truth, held.fold, held.actors
    chances = held.cross_calibrated(logits)
    matrix = confusion(truth, logits.argmax(axis=1), len(SPEECH_EMOTIONS))
    each, pooled = recalls(matrix)
    folds = [_uar(logits[fold_of == k], truth[fold_of == k]) for k in np.unique(fold_of)]
    per_actor = np.array([_uar(logits[actors == a], truth[actors == a]) for a in sorted(set(actors))])
    draws = np.random.default_rng(0).choice(per_actor, (10_000, len(per_actor))).mean(axis=1)
    seconds = np.array([detect(load(clip.path)).seconds for clip in found])
    least = threshold(chances, truth)
    compared = held.compared()
    return {
        "name": "speech",
        "version": registry.next_version("speech"),
        "labels": list(SPEECH_EMOTIONS),
        "temperature": temperature(logits, truth),
        "temperature_compared": temperature(compared, truth),
        "feature_weight": FEATURE_WEIGHT,
        "abstain_below": least,
        "data": ["RAVDESS speech, actors 1-20 (Livingstone & Russo, 2018; CC BY-NC-SA 4.0)"]
        + (["nEMO (Christop, 2024; CC BY-NC-SA 4.0)"] if options.extra else []),
        "speakers": sorted({speaker_of(clip) for clip in found}),
        "figures": {
            "protocol": f"{len(folds)}-fold cross-validation grouped by actor: one network and the discriminants of "
            "the other folds' actors, each clip by itself, last epoch",
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
            "selective": selective(chances, truth, seconds, least),
            "steps": steps(held),
        },
        "training": {k: str(v) for k, v in sorted(vars(options).items()) if k in ("epochs", "steps", "batch", "rate")},
        "licence": "CC BY-NC-SA 4.0",
        "licence_of_the_encoder": "Whisper tiny.en, MIT (ml/weights/speech_encoder.LICENSE.txt)",
    }


def _uar(logits: np.ndarray, truth: np.ndarray) -> float:
    return recalls(confusion(truth, logits.argmax(axis=1), len(SPEECH_EMOTIONS)))[1]


def steps(held: HeldOut) -> dict[str, float]:
    """UAR over all held-out clips of each part by itself, of pairs of them, of all, and of comparisons with the
    person's own mean voice over all clips, over neutral and calm ones, and over one emotion's where only that one is to
    be read."""
    calm = np.isin(held.truth, [SPEECH_EMOTIONS.index(name) for name in ("neutral", "calm")])
    told_apart = np.zeros((len(held.names), len(SPEECH_EMOTIONS)))
    for label in range(len(SPEECH_EMOTIONS)):
        among = held.truth == label
        if among.any():
            told_apart[among] = held.compared(among)[among]
    found = {
        "network": _uar(held.network, held.truth),
        "hand_made_features": _uar(held.hand, held.truth),
        "encoder": _uar(held.heard, held.truth),
        "network_and_hand_made_features": _uar(held.network + held.hand / 2, held.truth),
        "network_and_encoder": _uar(held.network + FEATURE_WEIGHT * held.heard, held.truth),
        "hand_made_features_and_encoder": _uar(held.alone, held.truth),
        "all": _uar(held.together(), held.truth),
        "all_with_weights_from_the_other_folds": _uar(held.nested(), held.truth),
        "all_against_the_persons_mean": _uar(held.compared(), held.truth),
        "all_against_the_persons_neutral_and_calm_clips": _uar(held.compared(calm), held.truth),
        "all_where_a_person_shows_one_emotion_only": _uar(told_apart, held.truth),
    }
    return {name: round(value, 4) for name, value in found.items()}


def shrinkage(members: list[keras.Model], parts: list[list[np.ndarray]]) -> float:
    """How much smaller the logits of the mean of the members are than a member's own, on speakers that none knows.

    The weights and the temperature were fitted to single networks; their mean disagrees with itself less loudly, and
    without this its confidence would fall although it is right more often. 1 where there is nothing to measure on. No
    labels are used.
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


def export(
    members: list[keras.Model], pair: tuple[Discriminant, Discriminant], card: dict, shrunk: float, encoder: Path
) -> None:
    """Write the members' mean (``speech.keras``, ``speech.onnx``), the discriminants (``speech_features.npz``), the
    ``encoder`` (``speech_encoder.onnx``) and ``speech.json`` into the weights folder.

    The ONNX graph takes any number of windows and of chunks. Writing it needs the TensorFlow backend and the packages
    of the dependency group ``train``.
    """
    folder = registry.weights_folder()
    folder.mkdir(parents=True, exist_ok=True)
    model = committee(members)
    model.predict_on_batch(np.zeros((2, 3, CHUNK, MELS), np.float32))
    model.save(folder / "speech.keras")
    model.export(folder / "speech.onnx", format="onnx", verbose=False)
    arrays: dict[str, np.ndarray] = {}
    for name, found in zip(("alone", "against"), pair, strict=True):
        arrays |= {f"{name}_weight": found.weight.astype(np.float32), f"{name}_bias": found.bias.astype(np.float32)}
    with runs.whole(folder / FEATURE_WEIGHTS) as path:
        np.savez_compressed(path, allow_pickle=True, **arrays)
    card["network_shrinks"] = shrunk
    with runs.whole(folder / ENCODER) as path:
        path.write_bytes(encoder.read_bytes())
    counts = int(model.count_params()), sum(array.size for array in arrays.values()), parameters(encoder)
    card["figures"]["parameters"] = sum(counts)
    files = ("speech.onnx", "speech.keras", FEATURE_WEIGHTS, ENCODER)
    card["files"] = {name: registry.sha256(folder / name) for name in files}
    with runs.whole(folder / "speech.json") as path:
        path.write_text(json.dumps(card, indent=1) + "\n", "utf-8")
