"""Where a recording's picture stands still while time goes on: a camera that hangs, or pictures that stop coming."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Two small copies of a live picture differ by more than this (grey levels) somewhere, by breath and noise alone.
SAME = 1.5
#: Shorter stretches (s) are no freeze.
SHORTEST = 3.0


def stretches(
    times: Sequence[float], same: Sequence[int], pictures: Sequence[float], length: float
) -> list[tuple[float, float]]:
    """(from, to) in seconds where the picture stood still, in order and apart.

    ``same`` says at each of ``times`` whether the picture is the one of the time before; ``pictures`` are the times of
    all pictures, ``length`` how long the recording is, its sound included.
    """
    found: list[tuple[float, float]] = []
    begun: float | None = None
    for number, is_same in enumerate(same):
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
