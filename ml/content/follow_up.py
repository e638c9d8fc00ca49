"""Which one follow-up question is asked after an answer: the same rule for everybody.

Each follow-up belongs to a point of evidence that its question asks about. The one is asked whose point has the least
support in the transcript (``rubric.match``); none where every point is supported, or where the transcript holds too
little to tell, or is not English. Of equals the first one is asked. No language model, and nothing but the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ml.content import rubric
from ml.interview.words import is_filler, words_of
from ml.text.features import STOP_WORDS

#: Fewer words say too little of what somebody knows: nothing is asked.
FEWEST_WORDS = 12
#: Of English prose about half are words of grammar.
FEWEST_STOP_WORDS = 0.2


@dataclass(frozen=True)
class Choice:
    """Which follow-up is asked: its place among those offered, or None. ``reason``: "least_support", "all_supported",
    "too_little_said", "not_english" or "none_offered"; ``support`` (0..1) of each point, in order."""

    index: int | None
    reason: str
    support: tuple[float, ...] = ()


def choose(transcript: str, points: Sequence[str]) -> Choice:
    """The follow-up to ask of those that belong to ``points``, in order. Raises ModelMissing without word vectors."""
    if not points:
        return Choice(None, "none_offered")
    words = [word for word in words_of(transcript) if not is_filler(word)]
    if len(words) < FEWEST_WORDS:
        return Choice(None, "too_little_said")
    if sum(word in STOP_WORDS for word in words) < FEWEST_STOP_WORDS * len(words):
        return Choice(None, "not_english")
    found = rubric.match(transcript, list(points))
    support = tuple(point.similarity for point in found)
    open_ones = [place for place, point in enumerate(found) if not point.found]
    if not open_ones:
        return Choice(None, "all_supported", support)
    return Choice(min(open_ones, key=lambda place: support[place]), "least_support", support)
