"""From trained networks to what ships: calibration, figures, ``speech.keras``, ``speech.onnx`` and ``speech.json``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np

from ml.core import registry
from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.statistics import confusion, expected_calibration_error, recalls
from ml.speech import encoder as encoders
from ml.speech.classifier import FEATURE_WEIGHTS, Discriminant
from ml.speech.encoder import ENCODER
from ml.speech.familiarity import Corpus
from ml.speech.features import CHUNK, MELS
from ml.training import runs
from ml.training.speech.calibration import (
    FEATURE_WEIGHT,
    HeldOut,
    selective,
    temperature,
    temperatures,
    threshold,
)
from ml.training.speech.encoder_graph import parameters

if TYPE_CHECKING:
    from ml.training.speech.train import Corpora

#: The multilingual encoder as the repository has it (`encoder_graph.write_multilingual` made it).
MULTILINGUAL = Path(registry.__file__).parents[1] / "weights" / encoders.MULTILINGUAL
#: What a model card says of each corpus.
DATA = {
    "ravdess": "RAVDESS speech, actors 1-20 (Livingstone & Russo, 2018; CC BY-NC-SA 4.0)",
    "nemo": "nEMO (Christop, 2024; CC BY-NC-SA 4.0)",
}


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


def describe(held: HeldOut, corpora: Corpora, seconds: np.ndarray, options: argparse.Namespace) -> dict:
    """The model's metadata from what cross-validation held out: figures, calibration, data, licence.

    RAVDESS's figures come first, as those of earlier versions did; the others' lie under ``corpora``. The interval
    draws actors, since clips of one actor are not independent. ``seconds`` (N,) is how long each clip speaks. The
    calibration error and abstention are measured with each fold's temperature and limits fitted on the other folds.
    """
    logits, truth = held.together(), held.truth
    chances = held.cross_calibrated(logits)
    least = threshold(chances, truth, corpora=held.corpora)
    each = {
        name: _figures(held, held.corpora == number, chances, seconds, least)
        for number, name in enumerate(corpora.names)
    }
    return {
        "name": "speech",
        "version": registry.next_version("speech"),
        "labels": list(SPEECH_EMOTIONS),
        **temperatures(logits, truth, held.distance(), held.corpora),
        "temperature_compared": temperature(held.compared(), truth),
        "feature_weight": FEATURE_WEIGHT,
        "abstain_below": least,
        "data": [DATA[name] for name in corpora.names],
        "speakers": sorted(set(corpora.people)),
        "figures": {
            "protocol": f"{options.folds}-fold cross-validation grouped by speaker over all corpora together: the "
            "discriminant of the other folds' speakers, each clip by itself; in the folds whose networks ship the "
            "network beside it, last epoch",
            **each[corpora.names[0]],
            "corpora": {name: each[name] for name in corpora.names[1:]},
        },
        "training": {k: str(v) for k, v in sorted(vars(options).items()) if k in ("epochs", "steps", "batch", "rate")},
        "licence": "CC BY-NC-SA 4.0",
        "licence_of_the_encoders": "Whisper tiny.en, MIT (ml/weights/speech_encoder.LICENSE.txt); the "
        "first layers of Whisper base, MIT, in speech_multilingual.onnx (speech_multilingual.LICENSE.txt)",
    }


def _figures(held: HeldOut, some: np.ndarray, chances: np.ndarray, seconds: np.ndarray, least: float) -> dict:
    """Figures of ``some`` (N,; bool) of the clips."""
    logits, truth, actors, fold = held.together()[some], held.truth[some], held.actors[some], held.fold[some]
    matrix = confusion(truth, logits.argmax(axis=1), len(SPEECH_EMOTIONS))
    each, pooled = recalls(matrix)
    folds = [_uar(logits[fold == k], truth[fold == k]) for k in np.unique(fold)]
    names = sorted(set(actors))
    per_actor = np.array([_uar(logits[actors == a], truth[actors == a]) for a in names])
    draws = np.random.default_rng(0).choice(per_actor, (10_000, len(per_actor))).mean(axis=1)
    return {
        "uar_mean": float(np.mean(folds)),
        "uar_per_fold": folds,
        "uar_interval_over_actors": [float(value) for value in np.percentile(draws, [2.5, 97.5])],
        "uar_per_actor": {a.split("/")[-1]: round(float(v), 4) for a, v in zip(names, per_actor, strict=True)},
        "uar_pooled": pooled,
        "accuracy": float(np.mean(logits.argmax(axis=1) == truth)),
        "per_class_recall": dict(zip(SPEECH_EMOTIONS, each, strict=True)),
        "expected_calibration_error": expected_calibration_error(chances[some], truth),
        "confusion_matrix": matrix.tolist(),
        "n": len(truth),
        "selective": selective(chances[some], truth, seconds[some], least),
        "steps": steps(held, some),
    }


def _uar(logits: np.ndarray, truth: np.ndarray) -> float:
    return recalls(confusion(truth, logits.argmax(axis=1), len(SPEECH_EMOTIONS)))[1]


def steps(held: HeldOut, some: np.ndarray) -> dict[str, float]:
    """UAR over the held-out clips among ``some`` (N,; bool) of each part by itself, of all, and of comparisons with the
    person's own mean voice over all clips, over neutral and calm ones, and over one emotion's where only that one is to
    be read."""
    calm = np.isin(held.truth, [SPEECH_EMOTIONS.index(name) for name in ("neutral", "calm")])
    told_apart = np.zeros((len(held.names), len(SPEECH_EMOTIONS)))
    for label in range(len(SPEECH_EMOTIONS)):
        among = held.truth == label
        if among.any():
            told_apart[among] = held.compared(among)[among]
    found = {
        "network": held.network,
        "encoders": held.alone,
        "all": held.together(),
        "all_against_the_persons_mean": held.compared(),
        "all_against_the_persons_neutral_and_calm_clips": held.compared(calm),
        "all_where_a_person_shows_one_emotion_only": told_apart,
    }
    return {name: round(_uar(logits[some], held.truth[some]), 4) for name, logits in found.items()}


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
    members: list[keras.Model],
    pair: tuple[Discriminant, Discriminant],
    familiar: dict[str, Corpus],
    card: dict,
    shrunk: float,
    encoder: Path,
) -> None:
    """Write the members' mean (``speech.keras``, ``speech.onnx``), the discriminants and the corpora's directions
    (``speech_features.npz``), the encoders (``speech_encoder.onnx``, ``speech_multilingual.onnx``) and ``speech.json``
    into the weights folder.

    The ONNX graph takes any number of windows and of chunks. Writing it needs the TensorFlow backend and the packages
    of the dependency group ``train``.
    """
    folder = registry.weights_folder()
    folder.mkdir(parents=True, exist_ok=True)
    model = committee(members)
    model.predict_on_batch(np.zeros((2, 3, CHUNK, MELS), np.float32))
    model.save(folder / "speech.keras")
    model.export(folder / "speech.onnx", format="onnx", verbose=False)
    arrays: dict[str, np.ndarray] = {"corpora": np.array(list(familiar))}
    for name, found in zip(("alone", "against"), pair, strict=True):
        arrays |= {f"{name}_weight": found.weight.astype(np.float32), f"{name}_bias": found.bias.astype(np.float32)}
    learnt = sum(array.size for name, array in arrays.items() if name != "corpora")
    for name, corpus in familiar.items():
        arrays |= {f"{name}/{part}": getattr(corpus, part).astype(np.float16) for part in ("middle", "spread", "basis")}
        arrays[f"{name}/limit"] = np.array(corpus.limit)
    with runs.whole(folder / FEATURE_WEIGHTS) as path:
        np.savez_compressed(path, allow_pickle=True, **arrays)
    card["network_shrinks"] = shrunk
    for name, source in ((ENCODER, encoder), (encoders.MULTILINGUAL, MULTILINGUAL)):
        if source != folder / name:
            with runs.whole(folder / name) as path:
                path.write_bytes(source.read_bytes())
    counts = int(model.count_params()), learnt, parameters(encoder), parameters(MULTILINGUAL)
    card["figures"]["parameters"] = sum(counts)
    files = ("speech.onnx", "speech.keras", FEATURE_WEIGHTS, ENCODER, encoders.MULTILINGUAL)
    card["files"] = {name: registry.sha256(folder / name) for name in files}
    with runs.whole(folder / "speech.json") as path:
        path.write_text(json.dumps(card, indent=1) + "\n", "utf-8")
