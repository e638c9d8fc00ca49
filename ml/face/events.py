"""Who was there and when the mouth was open, from a face reading."""

from __future__ import annotations

import numpy as np

from ml.core.messages import N_
from ml.core.readings import FaceReading, Track

#: Persons with rows of their own; more share one row.
PERSONS = 4


def persons(reading: FaceReading) -> list[tuple[str, list[tuple[float, float]], bool]]:
    """Names, spans (s) and whether it is the one who is read, of each person seen, the one who is read first."""
    found, rest = [], []
    for track in sorted(reading.tracks, key=lambda one: (not one["candidate"], one["first"])):
        spans = [(float(start), float(end)) for start, end in track["spans"]]
        if track["candidate"]:
            found.append((N_("Person read"), spans, True))
        elif len(found) < PERSONS:
            found.append((N_("Person %(number)s") % {"number": len(found) + 1}, spans, False))
        else:
            rest += spans
    return [*found, (N_("Others"), sorted(rest), False)] if rest else found


def open_stretches(mouth: Track) -> list[tuple[float, float]]:
    """When the mouth was open (s); where it could not be read it was not."""
    times = np.asarray(mouth.times, float)
    if not len(times):
        return []
    column = mouth.labels.index("open")
    is_open = np.array([row is not None and row[column] >= 0.5 for row in mouth.probabilities])
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.1
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_open, [False]]).astype(np.int8)))
    found: list[tuple[float, float]] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        span = (max(0.0, float(times[start] - step / 2)), float(times[end - 1] + step / 2))
        if found and span[0] - found[-1][1] < 1e-6:
            span = (found.pop()[0], span[1])
        found.append(span)
    return found
