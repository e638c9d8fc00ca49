"""How well face and voice together name acted emotions, on clips of people that the weights never met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry
from ml.core.errors import ModelMissing
from ml.training.fusion import model, scores
from ml.training.fusion.pairs import Pairs, gather

#: Noise on the voice is tried on the clips of at most so many people: it takes as long as reading them again.
PEOPLE_IN_NOISE = 4
NOISES = {"voice_in_noise_10_db": 10.0, "voice_in_noise_0_db": 0.0}


def read(pairs: Pairs, card: dict[str, Any]) -> dict[str, np.ndarray]:
    """``face``, ``speech`` and ``fused`` probabilities (N, 8).

    Whoever was in training is read by the member of their fold, which never met them; everybody else by the one that
    learned from all.
    """
    fold_of = card["folds"]
    names = np.array([f"fold{fold_of[p]}" if p in fold_of else "all" for p in pairs.people])
    out = {side: np.full((len(names), 8), np.nan) for side in ("face", "speech", "fused")}
    for name in np.unique(names):
        mine = names == name
        some = pairs.only(mine)
        if some.voice.shape[1] != card["functionals"]:
            raise ModelMissing(
                "model_damaged",
                f"The fusion's weights take {card['functionals']} features of a voice, not {some.voice.shape[1]}. "
                "Train it anew: python -m ml.training.fusion.train --data DIR",
            )
        found = model.load(str(name)).read(some.units, some.voice, some.snr, some.people)
        for side, rows in found.items():
            out[side][mine] = rows
    return out


def conditions(pairs: Pairs, noisy: dict[str, Pairs]) -> dict[str, Pairs]:
    """What is tried besides the clips as they are: ``noisy`` ones, no face, half the faces, silence."""
    half = np.arange(len(pairs.truth)) % 2 == 0
    units = np.where(half[:, None], np.nan, pairs.units)
    return {
        **noisy,
        "lost_face": pairs.without(face=True),
        "face_lost_in_half": replace(pairs, units=units),
        "silence": pairs.without(voice=True),
    }


def figures(pairs: Pairs, noisy: dict[str, Pairs], reader: Callable[[Pairs], dict[str, np.ndarray]]) -> dict[str, Any]:
    """``eight``, ``three`` and ``degraded`` of what ``reader`` makes of clips; those with neither side are left out."""
    usable = ~(np.isnan(pairs.units).any(axis=1) & np.isnan(pairs.voice).any(axis=1))
    pairs = pairs.only(usable)
    found = scores.both_tasks(reader(pairs), pairs.truth, pairs.people)
    tried = conditions(pairs, noisy)
    found["degraded"] = scores.degraded(
        {name: reader(some) for name, some in tried.items()}, {name: some.truth for name, some in tried.items()}
    )
    return found


def evaluate(data: Path, action_units: Path) -> dict[str, Any]:
    """Read every clip of ``data`` (RAVDESS's layout) with its row of ``action_units`` and compare with its emotion.

    The result has ``eight`` and ``three``, each with ``accuracy``, ``uar``, ``face_uar``, ``speech_uar``, per class and
    per actor with intervals; ``degraded`` conditions; ``in_sample`` (always False: see `read`) and ``protocol``. A
    person's baseline is the mean of their own clips in ``data``, without labels. Raises MediaError, ValueError,
    FileNotFoundError, ModelMissing.
    """
    card = registry.describe("fusion")
    pairs = gather(data, action_units, columns=card["action_units"])
    people = np.unique(pairs.people)
    some = set(people[np.linspace(0, len(people) - 1, min(PEOPLE_IN_NOISE, len(people))).round().astype(int)])
    chosen = _names_of(pairs, some)
    noisy = {
        name: gather(data, action_units, columns=card["action_units"], noise_db=level, only=chosen)
        for name, level in NOISES.items()
    }
    found = figures(pairs, noisy, lambda clips: read(clips, card))
    known = sorted(set(people) & set(card["folds"]))
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
            "each person's own unlabelled mean and spread are taken out of action units and voice features; "
            + (
                f"{len(known)} of {len(people)} people were in training and are read by weights of folds without them"
                if known
                else "nobody here was in training"
            )
        ),
        "unreadable": pairs.unreadable,
        "warning": None,
    }


def _names_of(pairs: Pairs, people: set[str]) -> set[str]:
    return {name for name, person in zip(pairs.names, pairs.people, strict=True) if person in people}
