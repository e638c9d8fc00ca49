"""How the shipped rule for second voices does on made takes of a folder's speakers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry
from ml.speech import diarization, speaker_embedding
from ml.training.speech.diarization_scores import judge, summary
from ml.training.speech.mixtures import Take, Voices, mild, plan, sexes, voices

CLIPS = 8  # of each emotion of a speaker
ENOUGH = 12  # clips that a speaker must have
MOST = 40  # takes of each kind


def evaluate(folder: Path) -> dict[str, Any] | None:
    """Shares of takes of one voice and of two that are taken for two voices', in all emotions and (``mild``) in mild
    ones; None where no two speakers have ENOUGH clips. Pairs need the column ``sex``. ``known`` names the speakers that
    the discriminant was trained on. Raises ModelMissing."""
    found, sex = _enough(voices(folder, most=CLIPS)), sexes(folder)
    if len(found) < 2:
        return None
    calm = _enough(voices(folder, most=CLIPS, only=mild(folder)))
    return {
        "known": sorted(set(found) & training_speakers()),
        **_shares(found, sex),
        "mild": _shares(calm, sex) if len(calm) > 1 else None,
    }


def training_speakers() -> set[str]:
    """The speakers that the discriminant was trained on, as "data set/actor". Raises ModelMissing."""
    return set(registry.describe("second").get("speakers", ()))


def _enough(found: Voices) -> Voices:
    return {name: own for name, own in found.items() if sum(len(clips) for clips in own.values()) >= ENOUGH}


def _shares(found: Voices, sex: dict[str, str]) -> dict[str, Any]:
    space = speaker_embedding.shipped()
    planned: dict[str, list[Take]] = {}
    for take in plan(found, sex):
        planned.setdefault(take.kind, []).append(take)
    chosen = [
        own[k]
        for own in planned.values()
        for k in np.unique(np.linspace(0, len(own) - 1, min(MOST, len(own))).astype(int))
    ]
    made = judge(chosen, found, space.centres)
    results = [diarization.two_means(space.embeddings(each.rows)) for each in made]
    positive = np.array([score > space.threshold for score, _ in results])
    rows = summary(made, positive, [part for _, part in results])
    return {kind: rows[kind]["all"] for kind in ("alone", "same_sex", "other_sex")}
