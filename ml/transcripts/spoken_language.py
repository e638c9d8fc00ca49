"""Whether what was said is English, as far as a recogniser can tell that knows no other language.

What is said in another language comes out as English all the same, and now and then the recogniser trusts it. But it is
made up anew each time: heard once more, a little slower and from a little later, English gives the same words, and
anything else gives others. So a piece is heard twice, and neither may the words change much nor the recogniser be
unsure of them (``ml/training/transcripts/spoken_language.py`` chose the limits; ``MODEL_CARD.md`` beside this has the
figures).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.core import registry

NAME = "spoken_language"
#: Samples a second of the sound that recognisers are given.
RATE = 16_000
#: The second time the sound is this many times as fast, and begins so much later (s).
SPEED, LATER = 0.93, 0.11
#: A piece with less speech (s) tells too little; so many pieces of a recording are heard twice.
LEAST_SPEECH, PIECES = 4.0, 2
#: Words beyond which a piece's are not compared, so that a loop of the recogniser costs little.
MOST = 300


@dataclass(frozen=True)
class Heard:
    """What a recogniser wrote of one piece: ``probabilities`` of its words (0..1), the words, and those of the second
    time; all of them, whatever is made of them later."""

    probabilities: tuple[float, ...]
    words: tuple[str, ...]
    again: tuple[str, ...]

    @property
    def features(self) -> np.ndarray:
        """(2,): the mean probability, and how much of the words differs (0 nothing, 1 all)."""
        sure = float(np.mean(self.probabilities)) if self.probabilities else 0.0
        return np.array([sure, difference(self.words, self.again) if self.words or self.again else 1.0])


def second_hearing(piece: np.ndarray) -> np.ndarray:
    """A piece of sound (float32, 16 kHz) as it is heard the second time."""
    places = np.arange(0, len(piece) - 1, SPEED)
    return np.interp(places, np.arange(len(piece)), piece).astype(np.float32)[round(LATER * RATE) :]


def plain(text: str) -> tuple[str, ...]:
    """The words of a text, without case and punctuation."""
    return tuple(re.findall(r"[\w']+", text.lower()))


def difference(one: Sequence[str], other: Sequence[str]) -> float:
    """How much of two series of words differs: Levenshtein's distance to the longer one's length, 0..1."""
    one, other = one[:MOST], other[:MOST]
    row = np.arange(len(other) + 1)
    for place, word in enumerate(one, 1):
        before, row = row, row.copy()
        row[0] = place
        for column, against in enumerate(other, 1):
            row[column] = min(before[column] + 1, row[column - 1] + 1, before[column - 1] + (word != against))
    return float(row[-1]) / max(len(one), len(other), 1)


def english(heard: Sequence[Heard]) -> float | None:
    """How much speaks for English (0..1; half or more: it is), of the pieces that were heard twice; None without any.

    Both must hold: the words stay when they are heard again, and the recogniser is sure of them. Raises ModelMissing
    where the limits are missing.
    """
    if not heard:
        return None
    card = registry.describe(NAME)
    sizes = np.array([max(len(piece.words), 1) for piece in heard], float)
    sure, changed = np.average([piece.features for piece in heard], axis=0, weights=sizes)
    room = min(float(card["most_difference"]) - changed, sure - float(card["least_sure"]))
    return round(float(np.clip(0.5 + room, 0.0, 1.0)), 3)


def is_english(likelihood: float | None) -> bool:
    """Whether words may be read as English: what was too short to tell counts as such."""
    return likelihood is None or likelihood >= 0.5
