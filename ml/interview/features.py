"""The features of the rating model: an interview as one row of what Viva itself can know of recorded answers.

Their words, their length, how long an answer is, the longest pause and how much the pitch moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.interview.words import lexical, words_of

#: Ninety per cent of a normal distribution lie within so many standard deviations: our pitch range is from the 5th to
#: the 95th percentile, Praat's table has a standard deviation.
RANGE_IN_DEVIATIONS = 3.29
PRODUCT = (
    "words_per_second", "log_seconds_per_answer", "log_longest_pause", "pitch_deviation", "share_fillers",
    "share_like", "variety", "share_we", "share_vague", "share_hedges", "share_team", "share_positive",
    "share_enthusiasm", "letters_per_word",
)  # fmt: skip


@dataclass(frozen=True)
class Spoken:
    """One recorded answer as Viva knows it: its words, its length, and delivery facts (None where not known)."""

    text: str
    seconds: float
    longest_pause_seconds: float | None = None
    pitch_range_semitones: float | None = None


def product(answers: Sequence[Spoken]) -> np.ndarray:
    """One interview's row (len(PRODUCT),) from its recorded answers. Raises ValueError where there is no word."""
    words = lexical([answer.text for answer in answers])
    seconds = sum(answer.seconds for answer in answers)
    pauses = [answer.longest_pause_seconds for answer in answers if answer.longest_pause_seconds]
    ranges = [answer.pitch_range_semitones for answer in answers if answer.pitch_range_semitones]
    spoken = sum(len(words_of(answer.text)) for answer in answers)
    words |= {
        "words_per_second": spoken / seconds if seconds > 0 else np.nan,
        "log_seconds_per_answer": float(np.log(seconds / len(answers))) if seconds > 0 else np.nan,
        "log_longest_pause": float(np.log(np.mean(pauses))) if pauses else np.nan,
        "pitch_deviation": float(np.mean(ranges)) / RANGE_IN_DEVIATIONS if ranges else np.nan,
    }
    return np.array([words[name] for name in PRODUCT])
