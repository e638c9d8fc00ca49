"""Rated interviews as rows of features, with Praat's prosody of the data set beside the words.

``FULL`` needs that prosody; ``product_rows`` are the same interviews as ``ml.interview.features`` would see them.
"""

from __future__ import annotations

import numpy as np

from ml.interview.features import PRODUCT
from ml.interview.words import LEXICAL, lexical, words_of
from ml.training.interview.data import PROSODY, Interviews

_COLUMN = {name: i for i, name in enumerate(PROSODY)}
#: Changes a second in words and sound that Naim et al. (2015) found raters to go by, few enough for 110 interviews.
MAIN = (
    "intensityQuant", "intensityMean", "PercentBreaks", "pitchUvsVRatio", "diffIntMaxMin", "words_per_second",
    "share_fillers", "share_like", "log_words_per_turn", "log_distinct", "variety", "avgDurPause", "speakRate",
    "pitch_variation",
)  # fmt: skip
DERIVED = (
    "words_per_second", "log_seconds", "pauses_per_second", "pause_share", "log_mean_pause", "log_longest_pause",
    "pitch_variation", "log_energy", "log_pitch_range", "breaks_per_second", "intervals_per_second", "log_unvoiced",
    "quantile_over_mean", "quantile_over_max", "pitch_between_answers",
)  # fmt: skip
FULL = (*LEXICAL, *DERIVED, *PROSODY)


def full_rows(interviews: Interviews) -> np.ndarray:
    """The rows (N, len(FULL)) of rated interviews; NaN where the prosody is not known."""
    return np.array([_full(*pair) for pair in zip(interviews.turns, interviews.prosody, strict=True)])


def product_rows(interviews: Interviews) -> np.ndarray:
    """The same interviews as the product would see them (N, len(PRODUCT))."""
    return np.array([_product_row(*pair) for pair in zip(interviews.turns, interviews.prosody, strict=True)])


def _sound(turns: list[str], prosody: np.ndarray) -> dict[str, float]:
    known = np.isfinite(prosody)
    means = np.where(
        known.any(axis=0), np.where(known, prosody, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1), np.nan
    )
    mean = {name: float(means[i]) for name, i in _COLUMN.items()}
    lengths = prosody[:, _COLUMN["duration"]]
    seconds = float(lengths[np.isfinite(lengths)].sum()) or np.nan
    pitches = prosody[:, _COLUMN["mean_pitch"]]
    pitches = pitches[np.isfinite(pitches)]
    duration = mean["duration"]
    spoken = len(words_of(" ".join(turns)))
    with np.errstate(divide="ignore", invalid="ignore"):
        derived = {
            "words_per_second": spoken / seconds,
            "log_seconds": np.log(seconds),
            "log_seconds_per_answer": np.log(duration),
            "pauses_per_second": mean["numPause"] / duration,
            "pause_share": mean["TotDurPause:3"] / duration,
            "log_mean_pause": np.log(mean["avgDurPause"]),
            "log_longest_pause": np.log(mean["maxDurPause"]),
            "pitch_variation": mean["pitch_sd"] / mean["mean_pitch"],
            "pitch_deviation": 12 * np.log2(1 + mean["pitch_sd"] / mean["mean_pitch"]),
            "log_energy": np.log(mean["energy"]),
            "log_pitch_range": np.log(mean["max_pitch"] / mean["min_pitch"]),
            "breaks_per_second": mean["numVoiceBreaks"] / duration,
            "intervals_per_second": mean["iInterval"] / duration,
            "log_unvoiced": np.log(mean["pitchUvsVRatio"]),
            "quantile_over_mean": mean["intensityQuant"] - mean["intensityMean"],
            "quantile_over_max": mean["intensityQuant"] - mean["intensityMax"],
            "pitch_between_answers": float(pitches.std() / pitches.mean()) if len(pitches) > 1 else np.nan,
        }
    return {name: float(value) if np.isfinite(value) else np.nan for name, value in {**mean, **derived}.items()}


def _full(turns: list[str], prosody: np.ndarray) -> list[float]:
    values = {**lexical(turns), **_sound(turns, prosody)}
    return [values[name] for name in FULL]


def _product_row(turns: list[str], prosody: np.ndarray) -> list[float]:
    values = {**lexical(turns), **_sound(turns, prosody)}
    return [values[name] for name in PRODUCT]
