"""How well the shipped speech model does on labelled clips, each read as an answer would be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from ml import registry
from ml.errors import MediaError
from ml.readings import SPEECH_EMOTIONS
from ml.speech.activity import detect
from ml.speech.data import Clip, clips, load
from ml.speech.features import network_input
from ml.speech.infer import probabilities, voice_windows
from ml.statistics import confusion, expected_calibration_error, recalls

_RAVDESS_NAME = re.compile(r"\d\d(-\d\d){6}\.")


def clip_probabilities(samples: np.ndarray) -> np.ndarray:
    """Mean calibrated probabilities (8,) over a clip's windows (float32 mono, 16 kHz); where there is too little speech
    for any, of the clip as a whole."""
    inputs = [window for _, window in voice_windows([samples], detect(samples)) if window is not None]
    return np.mean([probabilities(window) for window in inputs or [network_input(samples)]], axis=0)


def speaker_of(clip: Clip) -> str:
    """A name for the clip's speaker that is the same wherever the data lie: data set and actor."""
    data_set = "ravdess" if _RAVDESS_NAME.match(clip.path.name) else clip.path.parent.name
    return f"{data_set}/{clip.actor}"


def evaluate(data: Path) -> dict[str, Any]:
    """Read every clip of a folder with ``manifest.csv`` (RAVDESS's or nEMO's layout) and compare.

    The result is JSON-able; ``confusion_matrix`` (8, 8) has the truth in rows, in the order of ``labels``;
    ``expected_calibration_error`` uses 15 bins; ``uar`` is over the emotions that occur. A clip that does not decode is
    counted under ``unreadable``, not dropped in silence. Raises MediaError (``missing``, ``empty``) and ModelMissing.
    """
    data = _folder(Path(data))
    found = clips(data)
    card = registry.describe("speech")
    rows, truth, speakers, unreadable = [], [], [], []
    first_failure = ""
    for clip in found:
        try:
            rows.append(clip_probabilities(load(clip.path)))
        except MediaError as failure:
            unreadable.append(clip.path.name)
            first_failure = first_failure or failure.message
            continue
        truth.append(SPEECH_EMOTIONS.index(clip.emotion))
        speakers.append(speaker_of(clip))
    if not rows:
        raise MediaError("empty", f"None of the {len(found)} clips in {data} could be read. {first_failure}")
    chances, labels = np.array(rows), np.array(truth)
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
        "unreadable": unreadable,
        "warning": None,
    }
    if known:
        result["warning"] = (
            f"{len(known)} of {len(set(speakers))} speakers were in training: these figures flatter the model. "
            "Judge it by its cross-validation (ml/speech/MODEL_CARD.md) or on other speakers."
        )
    return result


def _folder(path: Path) -> Path:
    """The folder of a manifest: ``path`` itself, where it is the manifest its folder, else RAVDESS's below it."""
    if path.name == "manifest.csv" and path.is_file():
        return path.parent
    for folder in (path, path / "speech" / "ravdess", path / "ravdess", path / "speech"):
        if (folder / "manifest.csv").is_file():
            return folder
    return path
