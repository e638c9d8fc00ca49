"""Where face and voice say the same and where they do not: facts with times, as firm as the evidence.

Each side is asked over the same stretches (a voice's windows), by itself and without smoothing. It says something only
where one tone has most of its probability; how firmly depends on how much. Nothing here says which side is right.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ml.core.emotions import SEVEN
from ml.core.readings import FaceReading, SpeechReading, Track
from ml.fusion.rows import to_common

#: What the classes sound and look like in plain words, several to a word where they are easily mistaken.
TONES = {
    "even": ("neutral",),
    "cheerful": ("happy",),
    "tense": ("angry", "fear", "disgust"),
    "low": ("sad",),
    "surprised": ("surprise",),
}
#: A side says a tone that has at least this share of its probability; firmly from the second on.
SAYS, FIRMLY = 0.5, 0.7
#: The face must be there for this share of a stretch.
FACE_THERE = 0.5
#: Shorter facts are left out (seconds): one window of the voice is no more than a glimpse.
SHORTEST = 4.0
#: Stretches further apart than this (seconds) are two facts.
GAP = 2.0


def agreement(face: FaceReading | None, speech: SpeechReading | None) -> list[dict[str, Any]]:
    """Facts in order of time: {start, end (s), face, speech (tones of TONES), agrees (bool), firm (bool)}.

    [] where one side is missing. ``firm`` says that both sides were sure for most of the stretch and that the face was
    there and the voice heard for most of the recording.
    """
    if face is None or speech is None or face.track is None or speech.track is None:
        return []
    whole = min(face.coverage, speech.coverage) >= FACE_THERE
    reach = speech.window_seconds / 2
    facts: list[dict[str, Any]] = []
    times = np.array(face.track.times)
    for time, row in zip(speech.track.times, speech.track.probabilities, strict=True):
        if row is None:
            continue
        start, end = max(0.0, time - reach), min(time + reach, speech.seconds or time + reach)
        seen = _mean_between(face.track, times, start, end)
        if seen is None:
            continue
        looks, sure_face = said(seen)
        sounds, sure_voice = said(to_common(speech.track.labels, np.array([row], float))[0])
        if looks is None or sounds is None:
            continue
        sure = sure_face and sure_voice and whole
        last = facts[-1] if facts else None
        if last and (last["face"], last["speech"]) == (looks, sounds) and start <= last["end"] + GAP:
            last["end"] = end
            last["sure"].append(sure)
        else:
            if last and start < last["end"]:  # overlapping windows that say different things meet in the middle
                start = last["end"] = (start + last["end"]) / 2
            facts.append(
                {"start": start, "end": end, "face": looks, "speech": sounds, "agrees": looks == sounds, "sure": [sure]}
            )
    return [_rounded(fact) for fact in facts if fact["end"] - fact["start"] >= SHORTEST]


def said(row: np.ndarray) -> tuple[str | None, bool]:
    """The tone that a row of the common classes (7,) says, None where none has most of it, and whether firmly."""
    shares = {tone: float(sum(row[SEVEN.index(n)] for n in names)) for tone, names in TONES.items()}
    best = max(shares, key=shares.__getitem__)
    total = float(np.sum(row)) or 1.0
    return (best if shares[best] / total >= SAYS else None), shares[best] / total >= FIRMLY


def _rounded(fact: dict[str, Any]) -> dict[str, Any]:
    sure = fact.pop("sure")
    return {**fact, "start": round(fact["start"], 1), "end": round(fact["end"], 1), "firm": sum(sure) * 2 > len(sure)}


def _mean_between(track: Track, times: np.ndarray, start: float, end: float) -> np.ndarray | None:
    """The face's mean row (7,) between two times; None where it was there for less than FACE_THERE of the rows."""
    first, last = np.searchsorted(times, [start, end])
    inside = [row for row in track.probabilities[first:last] if row is not None]
    if not inside or len(inside) < FACE_THERE * (last - first):
        return None
    return to_common(track.labels, np.array(inside, float)).mean(axis=0)
