"""How well the fusion that serves names acted emotions: every clip's face and voice through the very `FusionStream`.

A clip's sound is read as a recording's is; its face is a row of action units that holds while the clip lasts (units.py
says why). What the stream says when the clip ends is its answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry
from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.readings import FaceReading, ModelVersion, Track
from ml.fusion.combine import moments
from ml.fusion.rows import STATES, to_states
from ml.fusion.stream import TICK, FusionStream, Settings, shipped
from ml.training.fusion import scores, units
from ml.training.fusion.pairs import Pairs, gather, served_voice

#: Noise on the voice is tried on the clips of at most so many people: it takes as long as reading them again.
PEOPLE_IN_NOISE = 4
NOISES = {"voice_in_noise_10_db": 10.0, "voice_in_noise_0_db": 0.0}
#: STATES in the order of SPEECH_EMOTIONS.
_EIGHT = to_states(SPEECH_EMOTIONS, np.eye(len(SPEECH_EMOTIONS))).argmax(axis=1)

FacesOf = Callable[[Pairs], np.ndarray]


def faces_of(folds: dict[str, int]) -> FacesOf:
    """A function from pairs to their faces' probabilities (N, 8) of SPEECH_EMOTIONS by the shipped heads: of the fold
    that never met a person, else of all. Raises ModelMissing."""
    heads = {name: units.load(str(name)) for name in {"all", *folds.values()}}
    return lambda pairs: by_heads(pairs, heads, folds)


def by_heads(pairs: Pairs, heads: dict, folds: dict[str, int]) -> np.ndarray:
    """Faces' probabilities (N, 8) by each person's head, ``all`` for whoever has no fold."""
    which = np.array([str(folds.get(person, "all")) for person in pairs.people])
    out = np.full((len(which), len(SPEECH_EMOTIONS)), np.nan)
    for name, head in heads.items():
        mine = which == str(name)
        if mine.any():
            out[mine] = head.probabilities(pairs.units[mine], pairs.people[mine])
    return out


def face_reading(row: np.ndarray, seconds: float) -> FaceReading | None:
    """A clip's face (8,) as a reading whose track says so from beginning to end; None where there is none."""
    if np.isnan(row).any():
        return None
    times = np.arange(0, seconds, TICK).tolist()
    track = Track(STATES, times, [to_states(SPEECH_EMOTIONS, row[None])[0].tolist()] * len(times))
    return FaceReading(ModelVersion("action units", "", ""), 1.0, seconds=seconds, track=track)


def read(pairs: Pairs, faces: np.ndarray, settings: Settings) -> dict[str, np.ndarray]:
    """``face``, ``speech`` and ``fused`` probabilities (N, 8) of SPEECH_EMOTIONS: what the stream says at each clip's
    end of either side alone and of both; NaN where it could read nothing."""
    out = {side: np.full((len(pairs.truth), len(SPEECH_EMOTIONS)), np.nan) for side in ("face", "speech", "fused")}
    for i, (voice, seconds) in enumerate(zip(pairs.voice, pairs.seconds, strict=True)):
        face = face_reading(faces[i], seconds)
        for side, sides in (("face", (face, None)), ("speech", (None, voice)), ("fused", (face, voice))):
            stream = FusionStream(settings, source="action_units")
            said = [m.states for m in moments(*sides, seconds, stream) if m.states is not None]
            if said:
                out[side][i] = said[-1][_EIGHT]
    return out


def by_folds(
    pairs: Pairs, faces: np.ndarray, settings: dict[str, Settings], folds: dict[str, int]
) -> dict[str, np.ndarray]:
    """`read` with each person's settings: of the fold that never met them, else of ``all``."""
    which = np.array([str(folds.get(person, "all")) for person in pairs.people])
    out: dict[str, np.ndarray] = {}
    for name in np.unique(which):
        mine = which == name
        for side, rows in read(pairs.only(mine), faces[mine], settings[name]).items():
            out.setdefault(side, np.full((len(which), len(SPEECH_EMOTIONS)), np.nan))[mine] = rows
    return out


def settings_of(folds: dict[str, int]) -> dict[str, Settings]:
    """The shipped settings, ``all``, and those of each fold, which never met its people. Raises ModelMissing."""
    with np.load(registry.file_of("fusion", "fusion.npz")) as file:
        members = {str(k): Settings(**json.loads(str(file[f"{k}/settings"]))) for k in set(folds.values())}
    return members | {"all": shipped()}


def conditions(pairs: Pairs, noisy: dict[str, Pairs]) -> dict[str, Pairs]:
    """What is tried besides the clips as they are: ``noisy`` ones, no face, half the faces, silence."""
    half = np.arange(len(pairs.truth)) % 2 == 0
    kept = np.where(half[:, None], np.nan, pairs.units)
    return {
        **noisy,
        "lost_face": pairs.without(face=True),
        "face_lost_in_half": replace(pairs, units=kept),
        "silence": pairs.without(voice=True),
    }


def figures(pairs: Pairs, noisy: dict[str, Pairs], reader: Callable[[Pairs], dict[str, np.ndarray]]) -> dict[str, Any]:
    """``eight``, ``three`` and ``degraded`` of what ``reader`` makes of clips; those with neither side are left out."""
    said = reader(pairs)
    usable = ~np.isnan(said["fused"]).any(axis=1)
    pairs, said = pairs.only(usable), {side: rows[usable] for side, rows in said.items()}
    found = scores.both_tasks(said, pairs.truth, pairs.people)
    tried = conditions(pairs, noisy)
    found["degraded"] = scores.degraded(
        {name: reader(some) for name, some in tried.items()}, {name: some.truth for name, some in tried.items()}
    )
    return found


def evaluate(data: Path, action_units: Path) -> dict[str, Any]:
    """Read every clip of ``data`` (RAVDESS's layout) with its row of ``action_units`` and compare with its emotion.

    The result has ``eight`` and ``three``, each with ``accuracy``, ``uar``, ``face_uar``, ``speech_uar``, per class and
    per actor with intervals; ``degraded`` conditions; ``in_sample`` (always False: whoever was in training is read by
    members of folds without them) and ``protocol``. A person's baseline of action units is the mean of their own clips
    in ``data``, without labels. Raises MediaError, ValueError, FileNotFoundError, ModelMissing.
    """
    card = registry.describe("fusion")
    folds = card["folds"]
    settings, voices, faces = settings_of(folds), served_voice(folds), faces_of(folds)
    pairs = gather(data, action_units, voices, columns=card["action_units"])
    people = np.unique(pairs.people)
    some = set(people[np.linspace(0, len(people) - 1, min(PEOPLE_IN_NOISE, len(people))).round().astype(int)])
    chosen = {name for name, person in zip(pairs.names, pairs.people, strict=True) if person in some}
    noisy = {
        name: gather(data, action_units, voices, columns=card["action_units"], noise_db=level, only=chosen)
        for name, level in NOISES.items()
    }
    found = figures(pairs, noisy, lambda clips: by_folds(clips, faces(clips), settings, folds))
    known = sorted(set(people) & set(folds))
    eight = found["eight"]
    return {
        "n": len(pairs.truth),
        "accuracy": eight["accuracy"],
        "uar": eight["uar"],
        "expected_calibration_error": eight["expected_calibration_error"],
        "per_class_recall": eight["per_class_recall"],
        **found,
        "model_version": card["version"],
        "people": len(people),
        "cross_validated_people": len(known),
        "in_sample": False,
        "protocol": (
            "the served stream at each clip's end; the voice as served, window by window; the face a head on action "
            "units less each person's own unlabelled mean; "
            + (
                f"{len(known)} of {len(people)} people were in training and are read by members of folds without them"
                if known
                else "nobody here was in training"
            )
        ),
        "unreadable": pairs.unreadable,
        "warning": None,
    }
