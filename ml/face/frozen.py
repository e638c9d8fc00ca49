"""Where a recording's picture stands still while time goes on: a camera that hangs, or pictures that stop coming."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from ml.face.quality_checks import is_still

#: Two small copies of a live picture differ by more than this (grey levels) somewhere, by breath and noise alone.
SAME = 1.5
#: An encoder draws a picture anew that stands still (a key picture, more detail): then they differ by no more than
#: this, in no more looks than so many one after the other, and stand still for STEADY looks before and after.
NEARLY, REDRAWN, STEADY = 6.0, 3, 2
#: Shorter stretches (s) are no freeze.
SHORTEST = 3.0


class Change(IntEnum):
    """What a look saw against the look before."""

    MOVED = 0
    SAME = 1
    NEARLY = 2


def change(small: np.ndarray, before: np.ndarray) -> Change:
    """What differs between two small copies of pictures (quality_checks.small_copy)."""
    for least, found in ((SAME, Change.SAME), (NEARLY, Change.NEARLY)):
        if is_still(small, before, least):
            return found
    return Change.MOVED


def stretches(
    times: Sequence[float], same: Sequence[int], pictures: Sequence[float], length: float
) -> list[tuple[float, float]]:
    """(from, to) in seconds where the picture stood still, in order and apart.

    ``same`` says at each of ``times`` whether the picture is the one of the time before (a `Change`); ``pictures`` are
    the times of all pictures, ``length`` how long the recording is, its sound included.
    """
    found: list[tuple[float, float]] = []
    begun: float | None = None
    for number, is_same in enumerate(_redrawn_too(same)):
        if is_same and begun is None:
            begun = times[number - 1] if number else times[0]
        elif not is_same and begun is not None:
            found.append((begun, times[number - 1]))
            begun = None
    if begun is not None:
        found.append((begun, times[len(same) - 1]))
    shown = np.append(np.asarray(pictures, float), length)
    found += [(float(shown[k]), float(shown[k + 1])) for k in np.flatnonzero(np.diff(shown) > SHORTEST)]
    merged: list[tuple[float, float]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1] + 0.6:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [(start, end) for start, end in merged if end - start >= SHORTEST]


def _redrawn_too(same: Sequence[int]) -> list[bool]:
    """At which looks the picture stood still, also where an encoder drew it anew in the middle of that."""
    found = [change == Change.SAME for change in same]
    number = 0
    while number < len(same):
        end = number
        while end < len(same) and same[end] == Change.NEARLY:
            end += 1
        around = [*same[max(0, number - STEADY) : number], *same[end : end + STEADY]]
        if 0 < end - number <= REDRAWN and around == [Change.SAME] * (2 * STEADY):
            found[number:end] = [True] * (end - number)
        number = max(end, number + 1)
    return found


def inside(times: np.ndarray, spans: Sequence[tuple[float, float]]) -> np.ndarray:
    """Which of ``times`` (N,) lie in one of ``spans``: bool (N,)."""
    found = np.zeros(len(times), bool)
    for start, end in spans:
        found |= (times > start) & (times <= end)
    return found


def without_pictures(times: np.ndarray, spans: Sequence[tuple[float, float]], rate: float) -> int:
    """How many looks, ``rate`` a second, are missing in ``spans`` because no pictures came at ``times``."""
    return sum(
        max(0, round((end - start) * rate) - int(((times > start) & (times <= end)).sum())) for start, end in spans
    )
