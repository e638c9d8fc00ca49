"""Where a face's expression is worth naming, and where it is "not enough to tell".

A class is named where it is more likely than all others together. The probabilities are calibrated, so what is named is
wrong less than half of the time even at the edge, and less often in the middle. Over time the probabilities of a second
are averaged first: one frame's doubt is no news, and names that flicker tell nobody anything.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ml.core.naming import is_sure
from ml.core.readings import Track

#: Rows are averaged over this many seconds before anything is named.
SMOOTH = 1.0
#: Rows further apart than this (seconds) belong to different stretches.
BREAK = 1.5


def stretches(track: Track | None) -> list[dict[str, Any]]:
    """A track as stretches of time in which the same can be said: [{start, end (s), label, value}, ...].

    ``label`` is the class that is named and ``value`` its mean probability; both None where no class is worth naming.
    Where nothing could be read there is no stretch.
    """
    if not track or not track.times:
        return []
    times = np.asarray(track.times, float)
    rows = np.array([[np.nan] * len(track.labels) if row is None else row for row in track.probabilities], float)
    step = float(np.median(np.diff(times))) if len(times) > 1 else SMOOTH
    smooth = _averaged(rows, max(1, round(SMOOTH / max(step, 1e-3))))
    found: list[dict[str, Any]] = []
    for time, row in zip(times, smooth, strict=True):
        if np.isnan(row[0]):
            continue
        best = int(row.argmax()) if is_sure(row) else -1
        label = track.labels[best] if best >= 0 else None
        last = found[-1] if found else None
        if last and last["label"] == label and time - last["end"] <= max(BREAK, 1.5 * step):
            last["end"], last["values"] = float(time + step / 2), [*last["values"], float(row.max())]
        else:
            start = time - step / 2
            if last and start - last["end"] < step:
                start = last["end"]
            found.append(
                {
                    "start": max(0.0, float(start)),
                    "end": float(time + step / 2),
                    "label": label,
                    "values": [float(row.max())],
                }
            )
    for one in found:
        values = one.pop("values")
        one["value"] = None if one["label"] is None else float(np.mean(values))
    return found


def share_unnamed(track: Track | None) -> float | None:
    """The share (0..1) of the time with a face in which no expression is worth naming; None without any."""
    parts = stretches(track)
    total = sum(one["end"] - one["start"] for one in parts)
    return sum(one["end"] - one["start"] for one in parts if one["label"] is None) / total if total > 0 else None


def _averaged(rows: np.ndarray, width: int) -> np.ndarray:
    """Rows averaged with their neighbours (NaN left out); a row of NaN stays one."""
    known = ~np.isnan(rows[:, 0])
    filled = np.where(known[:, None], rows, 0.0)
    kernel = np.ones(width)
    counts = np.convolve(known.astype(float), kernel, "same")[: len(rows)]
    sums = np.stack([np.convolve(column, kernel, "same")[: len(rows)] for column in filled.T], 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known[:, None], sums / counts[:, None], np.nan)
