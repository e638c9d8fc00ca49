"""Our delivery facts beside Praat's and beside what is known, on real speech: ``./viva bench delivery``.

For tests and the model card; needs praat-parselmouth (GPL), which what serves never imports. Pitch, loudness and
syllables are compared clip by clip; pauses on answers put together of five clips of one actor, with the silences that
they were recorded with. How many syllables were said is known: the sentences are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ml.speech import delivery
from ml.speech.features import RATE
from ml.speech.first_pass import first_pass
from ml.training.speech.data import load

#: Facts compared: unit. Those of pauses on answers, the others on clips.
FACTS = {
    "pitch_median_hz": "Hz",
    "pitch_range_semitones": "semitones",
    "loudness_rise_db": "dB",
    "sounding_seconds": "s",
    "syllables": "",
    "syllables_per_second": "/s",
}
PAUSES = {"pause_count": "", "mean_pause_seconds": "s", "longest_pause_seconds": "s"}
ANSWER = 5  # clips of one answer
SHORTEST_PAUSE, SILENT_DB, DIP_DB = 0.3, -25.0, 2.0  # De Jong and Wempe's settings

Facts = dict[str, float | None]


@dataclass(frozen=True)
class Spoken:
    """A clip, float32 mono at 16 kHz, its actor, and how many syllables its sentence has."""

    samples: np.ndarray
    actor: str
    syllables: int


def ours(samples: np.ndarray) -> Facts:
    """Our facts of a sound (float32 mono, 16 kHz)."""
    found = first_pass([samples])
    facts = delivery.facts(found.activity, found.hertz, found.heard)
    rate, seconds = facts["syllables_per_second"], found.activity.seconds
    known = {"sounding_seconds": seconds, "syllables": None if rate is None else round(rate * seconds)}
    return {name: facts.get(name) for name in FACTS | PAUSES} | known


def praats(samples: np.ndarray) -> Facts:
    """Praat's: pitch and loudness over what sounds, syllables and pauses by the method of De Jong and Wempe (2009).

    A syllable is an intensity peak less than 25 dB below the 99th percentile, voiced, after which intensity falls by
    at least 2 dB before the next one; a pause is 0.3 s or more below that threshold.
    """
    import parselmouth

    sound = parselmouth.Sound(samples.astype(np.float64), RATE)
    pitch = sound.to_pitch_ac(
        time_step=0.01, pitch_floor=delivery.LOWEST_PITCH, pitch_ceiling=delivery.HIGHEST_PITCH, voicing_threshold=0.5
    )
    intensity = sound.to_intensity(minimum_pitch=100, time_step=0.01)
    sounding, _ = _spans(intensity, SILENT_DB)
    hertz = pitch.selected_array["frequency"]
    hertz = np.where(hertz > 0, hertz, np.nan)
    voiced = delivery.plausible(delivery.tallied(hertz[_inside(sounding, pitch.xs())]))
    # a level counts as voiced where the pitch frames on both sides of it are
    voiced_there = np.isfinite(np.interp(intensity.xs(), pitch.xs(), hertz))
    levels = intensity.values[0][_inside(sounding, intensity.xs()) & voiced_there]
    enough = len(voiced) >= 50
    low, median, high = voiced.percentiles(5, 50, 95)
    return {
        "pitch_median_hz": median if enough else None,
        "pitch_range_semitones": 12 * float(np.log2(high / low)) if enough else None,
        "loudness_rise_db": float(np.diff(np.percentile(levels, [50, 95]))[0]) if len(levels) >= 50 else None,
    } | _nuclei(sound)


def _spans(intensity: Any, threshold: float) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Stretches (from, to) that sound and that are silent, by Praat's To TextGrid (silences)."""
    from parselmouth.praat import call

    grid = call(intensity, "To TextGrid (silences)", threshold, SHORTEST_PAUSE, 0.1, "silent", "sounding")
    found: dict[str, list[tuple[float, float]]] = {"sounding": [], "silent": []}
    for k in range(1, call(grid, "Get number of intervals", 1) + 1):
        ends = [call(grid, f"Get {end} time of interval", 1, k) for end in ("start", "end")]
        found[call(grid, "Get label of interval", 1, k)].append((ends[0], ends[1]))
    return found["sounding"], found["silent"]


def _inside(spans: list[tuple[float, float]], times: np.ndarray) -> np.ndarray:
    return np.any([(times >= a) & (times <= b) for a, b in spans], axis=0) if spans else np.zeros(len(times), bool)


def _nuclei(sound: Any) -> Facts:
    intensity = sound.to_intensity(minimum_pitch=50)
    times, levels = intensity.xs(), intensity.values[0]
    top = float(np.percentile(levels, 99))
    sounding, silent = _spans(intensity, SILENT_DB - (float(levels.max()) - top))
    peaks = 1 + np.flatnonzero((levels[1:-1] > levels[:-2]) & (levels[1:-1] >= levels[2:]))
    peaks = peaks[levels[peaks] > max(top + SILENT_DB, levels.min())]
    falls = [levels[a] - levels[a : b + 1].min() > DIP_DB for a, b in pairwise(peaks)]
    peaks = peaks[np.array([*falls, True], bool)] if len(peaks) else peaks
    pitch = sound.to_pitch_ac(time_step=0.02, pitch_floor=30, pitch_ceiling=450, voicing_threshold=0.25)
    voiced = np.array([np.isfinite(pitch.get_value_at_time(times[k])) for k in peaks], bool)
    count = int((voiced & _inside(sounding, times[peaks])).sum()) if len(peaks) else 0
    seconds = float(sum(b - a for a, b in sounding))
    pauses = [b - a for a, b in silent if a > sounding[0][0] and b < sounding[-1][1]] if sounding else []
    return {
        "sounding_seconds": seconds,
        "syllables": count,
        "syllables_per_second": count / seconds if seconds >= 1 else None,
        "pause_count": len(pauses),
        "mean_pause_seconds": float(np.mean(pauses)) if pauses else None,
        "longest_pause_seconds": max(pauses, default=None),
    }


def apart(pairs: list[tuple[Facts, Facts]], facts: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Per fact: n, means of both, the median absolute difference, its 90th percentile, and the correlation (None where
    either does not vary)."""
    result = {}
    for name, unit in facts.items():
        both = np.array([(a[name], b[name]) for a, b in pairs if a[name] is not None and b[name] is not None], float)
        both = both.reshape(-1, 2)
        if len(both) < 3:
            continue
        difference, varies = np.abs(both[:, 0] - both[:, 1]), (both.std(axis=0) > 0).all()
        result[name] = {
            "n": len(both),
            "unit": unit,
            "ours": round(float(both[:, 0].mean()), 3),
            "theirs": round(float(both[:, 1].mean()), 3),
            "median_difference": round(float(np.median(difference)), 3),
            "difference_90": round(float(np.percentile(difference, 90)), 3),
            "correlation": round(float(np.corrcoef(both.T)[0, 1]), 4) if varies else None,
        }
    return result


def answers(clips: list[Spoken]) -> list[np.ndarray]:
    """ANSWER clips of one actor after the other, each as loud as the next, with their own silences."""
    found = []
    for actor in sorted({clip.actor for clip in clips}):
        own = [clip.samples / np.abs(clip.samples).max() * 0.5 for clip in clips if clip.actor == actor]
        found += [np.concatenate(own[k : k + ANSWER]) for k in range(0, len(own) - ANSWER + 1, ANSWER)]
    return found


def compare(clips: list[Spoken]) -> dict[str, Any]:
    """``praat`` = per fact how far we are from Praat; ``known`` = how far each is from the number of syllables said."""
    pairs = [(ours(clip.samples), praats(clip.samples)) for clip in clips]
    truth: list[Facts] = [{"syllables": clip.syllables} for clip in clips]
    longer = [(ours(sound), praats(sound)) for sound in answers(clips)]
    counted = {"syllables": ""}
    return {
        "praat": apart(pairs, FACTS) | apart(longer, PAUSES),
        "known": {
            "ours": apart([(pair[0], known) for pair, known in zip(pairs, truth, strict=True)], counted),
            "Praat": apart([(pair[1], known) for pair, known in zip(pairs, truth, strict=True)], counted),
        },
    }


def _polish(row: dict[str, str]) -> int:
    return len(re.findall("[aąeęoóuy]|i(?![aąeęoóuy])", row["text"].lower()))


#: Per data set: how many syllables a row's sentence has. Both of RAVDESS's have seven; an i before a vowel is none.
SYLLABLES: dict[str, Callable[[dict[str, str]], int]] = {"ravdess": lambda row: 7, "nemo": _polish}


def sample(data: Path, every: dict[str, int]) -> dict[str, list[Spoken]]:
    """Some clips of RAVDESS and nEMO: every so-many-th of each."""
    found = {}
    for name, step in every.items():
        folder = data / "speech" / name
        with (folder / "manifest.csv").open(newline="", encoding="utf-8-sig") as stream:
            rows = [row for row in csv.DictReader(stream) if not row.get("duplicate_of")][::step]
        found[name] = [Spoken(load(folder / row["file"]), row["actor"], SYLLABLES[name](row)) for row in rows]
    return found
