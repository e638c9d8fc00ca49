"""How the shipped rule for second voices does on made takes of a folder's speakers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ml.speech import second, speakers
from ml.speech.second_train import Judged, judge, summary
from ml.speech.takes import Take, plan, sexes, voices

CLIPS = 8  # of each emotion of a speaker
ENOUGH = 12  # clips that a speaker must have
MOST = 60  # takes of each kind


def evaluate(folder: Path) -> dict[str, Any] | None:
    """Shares of takes of one voice and of two that are taken for two voices'; None where no two speakers have ENOUGH
    clips. Pairs need the column ``sex``. ``known`` names the speakers that the discriminant learnt from. Raises
    ModelMissing."""
    found = {
        name: own
        for name, own in voices(folder, most=CLIPS).items()
        if sum(len(clips) for clips in own.values()) >= ENOUGH
    }
    if len(found) < 2:
        return None
    space = speakers.shipped()
    planned: dict[str, list[Take]] = {}
    for take in plan(found, sexes(folder)):
        planned.setdefault(take.kind, []).append(take)
    chosen = [
        own[k]
        for own in planned.values()
        for k in np.unique(np.linspace(0, len(own) - 1, min(MOST, len(own))).astype(int))
    ]
    made: list[Judged] = judge(chosen, found, space.centres)
    results = [second.parted(space.points(each.rows)) for each in made]
    positive = np.array([score > space.threshold for score, _ in results])
    rows = summary(made, positive, [part for _, part in results])
    known = speakers.learnt_from()
    return {
        "known": sorted(set(found) & known),
        **{kind: rows[kind]["all"] for kind in ("alone", "same_sex", "other_sex")},
    }
