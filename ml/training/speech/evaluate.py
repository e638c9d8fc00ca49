"""How well the shipped speech model does on labelled clips, each read as an answer would be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry
from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.errors import MediaError
from ml.core.statistics import confusion, expected_calibration_error, recalls
from ml.speech.activity import detect
from ml.speech.classifier import Scores, alone, compared, mean, score
from ml.speech.infer import voice_windows
from ml.training.speech import diarization_evaluate
from ml.training.speech.calibration import selective
from ml.training.speech.data import Clip, clips, load

#: A person's mean voice from fewer clips than this says more of those clips than of the person.
ENOUGH_CLIPS = 20

_RAVDESS_NAME = re.compile(r"\d\d(-\d\d){6}\.")


def clip_scores(samples: np.ndarray) -> tuple[list[Scores], float]:
    """The scores of a clip's windows (float32 mono, 16 kHz), or of the clip as a whole where there is too little speech
    for any, and its seconds of speech."""
    activity = detect(samples)
    inputs = [window for _, window in voice_windows([samples], activity) if window is not None]
    return [score(window) for window in inputs or [samples]], activity.seconds


def clip_probabilities(samples: np.ndarray) -> np.ndarray:
    """Mean calibrated probabilities (8,) over a clip's windows (float32 mono, 16 kHz); where there is too little speech
    for any, of the clip as a whole."""
    card = registry.describe("speech")
    return np.mean([alone(scores, card) for scores in clip_scores(samples)[0]], axis=0)


def speaker_of(clip: Clip) -> str:
    """A name for the clip's speaker that is the same wherever the data lie: data set and actor."""
    data_set = "ravdess" if _RAVDESS_NAME.match(clip.path.name) else clip.path.parent.name
    return f"{data_set}/{clip.actor}"


def evaluate(data: Path) -> dict[str, Any]:
    """Read every clip of a folder with ``manifest.csv`` (RAVDESS's or nEMO's layout) and compare.

    Each clip is read by itself, as an interview is. ``with_baseline`` has the figures for clips that are compared with
    the mean of the same person's others instead, which takes for granted that everybody shows every emotion about
    equally often (None where a person has fewer than ENOUGH_CLIPS clips or ``actor`` is empty). ``selective`` tells how
    often the readings are right that are sure enough to be shown (``accuracy`` None where they are hardly any:
    silence), ``foreign`` what share of the clips sounds unlike all training data. ``second_voice``: how often made
    takes of one and of two of these people are taken for two voices' (`second_evaluate`; None where there are too few
    clips). The result is JSON-able; ``confusion_matrix`` (8, 8) has the truth in rows, in the order of ``labels``;
    ``expected_calibration_error`` uses 15 bins; ``uar`` is over the emotions that occur. A clip that does not decode is
    counted under ``unreadable``, not dropped in silence. Raises MediaError (``missing``, ``empty``) and ModelMissing.
    """
    data = _folder(Path(data))
    found = clips(data)
    card = registry.describe("speech")
    read, truth, speakers, seconds, unreadable = [], [], [], [], []
    first_failure = ""
    for clip in found:
        try:
            scores, spoken = clip_scores(load(clip.path))
        except MediaError as failure:
            unreadable.append(clip.path.name)
            first_failure = first_failure or failure.message
            continue
        read.append(scores)
        seconds.append(spoken)
        truth.append(SPEECH_EMOTIONS.index(clip.emotion))
        speakers.append(speaker_of(clip))
    if not read:
        raise MediaError("empty", f"None of the {len(found)} clips in {data} could be read. {first_failure}")
    chances = np.array([np.mean([alone(part, card) for part in scores], axis=0) for scores in read])
    labels = np.array(truth)
    matrix = confusion(labels, chances.argmax(axis=1), len(SPEECH_EMOTIONS))
    each, uar = recalls(matrix)
    known = sorted(set(speakers) & set(card.get("speakers", ())))
    result = {
        "n": len(labels),
        "accuracy": float(np.mean(chances.argmax(axis=1) == labels)),
        "uar": uar,
        "per_class_recall": dict(zip(SPEECH_EMOTIONS, each, strict=True)),
        "expected_calibration_error": expected_calibration_error(chances, labels),
        "confusion_matrix": matrix.tolist(),
        "labels": list(SPEECH_EMOTIONS),
        "model_version": registry.version_of("speech").version,
        "speakers": len(set(speakers)),
        "selective": selective(chances, labels, np.array(seconds), card["abstain_below"]),
        "foreign": float(np.mean([mean(scores).distance > 1 for scores in read])),
        "with_baseline": _with_baseline([mean(scores) for scores in read], labels, np.array(speakers), card),
        "second_voice": diarization_evaluate.evaluate(data),
        "unreadable": unreadable,
        "warning": None,
    }
    if known:
        result["warning"] = (
            f"{len(known)} of {len(set(speakers))} speakers were in training: these figures flatter the model. "
            "Judge it by its cross-validation (ml/speech/MODEL_CARD.md) or on other speakers."
        )
    return result


def _with_baseline(scores: list[Scores], labels: np.ndarray, speakers: np.ndarray, card: dict) -> dict | None:
    people = set(speakers)
    if any(name.endswith("/") or (speakers == name).sum() < ENOUGH_CLIPS for name in people):
        return None
    chances = np.zeros((len(labels), len(SPEECH_EMOTIONS)))
    for name in people:
        own = np.flatnonzero(speakers == name)
        chances[own] = compared([scores[i] for i in own], card)
    return {
        "accuracy": float(np.mean(chances.argmax(axis=1) == labels)),
        "uar": recalls(confusion(labels, chances.argmax(axis=1), len(SPEECH_EMOTIONS)))[1],
        "expected_calibration_error": expected_calibration_error(chances, labels),
    }


def _folder(path: Path) -> Path:
    """The folder of a manifest: ``path`` itself, where it is the manifest its folder, else RAVDESS's below it."""
    if path.name == "manifest.csv" and path.is_file():
        return path.parent
    for folder in (path, path / "speech" / "ravdess", path / "ravdess", path / "speech"):
        if (folder / "manifest.csv").is_file():
            return folder
    return path
