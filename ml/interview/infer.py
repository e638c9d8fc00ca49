"""What raters would probably say of an interview, from recorded answers and their transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry
from ml.core.errors import Unreadable
from ml.core.messages import N_
from ml.core.readings import Estimate, ModelVersion, RatersReading
from ml.interview import features, invite, model
from ml.interview.features import Spoken
from ml.interview.model import RATINGS
from ml.interview.words import has_words, words_of

#: Raters heard ten minutes; with less than this there is too little to say what they would have said.
FEWEST_WORDS, FEWEST_SECONDS = 150, 60.0
#: The ends of the raters' scale.
LOWEST, HIGHEST = 1.0, 7.0
#: A feature that moves the rating by less is not worth a line (points of the scale).
SMALLEST_PART = 0.05


def read(answers: Sequence[Spoken]) -> RatersReading:
    """Read all recorded answers of one interview together. English transcripts are assumed.

    Raises Unreadable (``too_little_speech``) and ModelMissing.
    """
    answers = [answer for answer in answers if answer.seconds > 0 and has_words(answer.text)]
    words = sum(len(words_of(answer.text)) for answer in answers)
    seconds = sum(answer.seconds for answer in answers)
    if words < FEWEST_WORDS or seconds < FEWEST_SECONDS:
        raise Unreadable(
            "too_little_speech",
            N_(
                "There are %(words)s spoken words in %(seconds)s seconds; at least %(fewest_words)s "
                "words in %(fewest_seconds)s seconds are needed to say what raters would hear."
            )
            % {
                "words": words,
                "seconds": f"{seconds:.0f}",
                "fewest_words": FEWEST_WORDS,
                "fewest_seconds": f"{FEWEST_SECONDS:.0f}",
            },
        )
    card = registry.describe("interview")
    linear = _models(registry.file_of("interview", model.FILE))["product"]
    row = features.product(answers)
    value = linear.predict(row[None])[0]
    half = 1.96 * linear.spread
    return RatersReading(
        model=ModelVersion("interview", card["version"], card["files"][model.FILE]),
        coverage=float(np.isfinite(row).mean()),
        ratings={name: _estimate(value[i], half[i], words, LOWEST, HIGHEST) for i, name in enumerate(RATINGS)},
        invite=_invite(answers, card["figures"]["invite"]["residual"], words),
        parts=_parts(linear, row),
    )


def _parts(linear: model.Linear, row: np.ndarray) -> list[dict[str, Any]]:
    effects = linear.parts(row)[:, RATINGS.index("overall")]
    return [
        {
            "feature": linear.names[i],
            "value": float(row[i]),
            "average": float(linear.mean[i]),
            "effect": float(effects[i]),
        }
        for i in np.argsort(-np.abs(effects))
        if abs(effects[i]) >= SMALLEST_PART and np.isfinite(row[i])
    ]


def _invite(answers: Sequence[Spoken], residual: float, words: int) -> Estimate:
    """The mean over stretches as long as the clips that were rated: 15 seconds' worth of each answer's words."""
    fitted = _open_invite(registry.file_of("interview", invite.FILE))
    stretches = []
    for answer in answers:
        said = answer.text.split()
        count = max(1, round(answer.seconds / invite.CLIP_SECONDS))
        stretches += [" ".join(part) for part in np.array_split(np.array(said, dtype=object), count) if len(part)]
    readable = [stretch for stretch in stretches if has_words(stretch)]
    value = float(np.mean(fitted.predict(readable)))
    return _estimate(value, 1.96 * residual, words, 0.0, 1.0)


def _estimate(value: float, half: float, n: int, low: float, high: float) -> Estimate:
    middle, lower, upper = (float(np.clip(x, low, high)) for x in (value, value - half, value + half))
    return Estimate(middle, lower, upper, n)


@lru_cache(maxsize=1)
def _models(path: Path) -> dict[str, model.Linear]:
    return model.load(path)


@lru_cache(maxsize=1)
def _open_invite(path: Path) -> invite.Invite:
    return invite.load(path)
