"""Is it one voice? The points of a recording among voices (`speakers`) are parted in two, and the parts compared.

Two means part the points; who speaks changes seldom, so that a change must pay for itself. There are probably two
voices where the parts lie further apart than one person's moods bring them. What it finds, and how often it takes one
voice for two: `second_train`, ``./viva bench voices``.
"""

from __future__ import annotations

import numpy as np

from ml.speech import speakers
from ml.speech.features import HOP, RATE
from ml.speech.speakers import STRIDE, WINDOW
from ml.speech.spool import Frames

LEAST = 8  # points that each part must have: 6.4 s of speech
SPOKEN = 0.4  # of a point's frames must be speech
CHANGE, WEIGHT = 4.0, 0.2  # what a change of voices costs, in nats, and what a point counts, which shares its sentence
STARTS = 3  # principal axes that two means start from
ROUNDS = 12
CAUTION = 8.0  # times the square that chance puts between means of independent points: a mood holds for many points


def spoken(speech: np.ndarray, count: int) -> np.ndarray:
    """Which of the first ``count`` points hold enough of ``speech`` (bool, frames of 10 ms): their numbers (N,)."""
    sums = np.zeros(len(speech) // STRIDE + 1, np.int64)
    whole = len(speech) // STRIDE * STRIDE
    sums[:-1] = speech[:whole].reshape(-1, STRIDE).sum(axis=1)
    sums[-1] = speech[whole:].sum()
    held = sums[:-1] + sums[1:]
    return np.flatnonzero(held[:count] >= SPOKEN * WINDOW)


def parted(points: np.ndarray) -> tuple[float, np.ndarray]:
    """How far apart two voices lie in ``points`` (N, D), in order, and which are the second's, who speaks less (bool).

    The distance of the parts' means, less what chance alone puts between them; 0 where a part would have fewer than
    LEAST points. The same points give the same answer.
    """
    best: tuple[float, float, np.ndarray] = (-1.0, 0.0, np.zeros(len(points), bool))
    if len(points) < 2 * LEAST:
        return 0.0, best[2]
    points = np.asarray(points, np.float32)
    centred = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    for axis in axes.T[::-1][:STARTS]:
        half = _two_means(points, np.convolve(centred @ axis, np.ones(5), mode="same") > 0)
        count = min(half.sum(), (~half).sum())
        if count < LEAST:
            continue
        square = float(((points[half].mean(axis=0) - points[~half].mean(axis=0)) ** 2).sum())
        gain = square * half.mean() * (1 - half.mean())
        if gain > best[0]:
            chance = CAUTION * points.shape[1] * (1 / half.sum() + 1 / (~half).sum())
            best = (gain, float(np.sqrt(max(square - chance, 0.0))), half if half.mean() <= 0.5 else ~half)
    return best[1:]


def _two_means(points: np.ndarray, half: np.ndarray) -> np.ndarray:
    for _ in range(ROUNDS):
        if min(half.sum(), (~half).sum()) < LEAST:
            break
        one, other = points[half].mean(axis=0), points[~half].mean(axis=0)
        # how much better each point suits ``one``: half the difference of the squared distances
        again = _turns(points @ (one - other) - (one @ one - other @ other) / 2)
        if (again == half).all():
            break
        half = again
    return half


def _turns(better: np.ndarray) -> np.ndarray:
    """The likeliest way to give points in order to two voices, where a change costs CHANGE (Viterbi's algorithm for two
    states): from how much ``better`` (N,) each suits the first, where the first is given (bool)."""
    lead, leads = 0.0, []
    for value in (WEIGHT * better).tolist():
        lead = min(max(lead, -CHANGE), CHANGE) + value
        leads.append(lead)
    first, found = lead > 0, []
    for lead in reversed(leads):
        if abs(lead) > CHANGE:
            first = lead > 0
        found.append(first)
    return np.array(found[::-1], bool)


def second_voice(points: Frames, speech: np.ndarray, space: speakers.Space | None = None) -> list[tuple[float, float]]:
    """Where a second voice probably speaks, as (from, to) seconds; [] where there probably is none.

    ``points`` are a `speakers.Listener`'s, ``speech`` (bool, frames of 10 ms) says where anybody speaks. A guess: it
    needs some seconds of the other voice, and misses many voices that are alike. Raises ModelMissing.
    """
    which = spoken(speech, len(points))
    if len(which) < 2 * LEAST:
        return []
    score, second = parted(points[0 : len(points)][which])
    if score <= (space or speakers.shipped()).threshold:
        return []
    stretches: list[tuple[float, float]] = []
    going = False
    for point, other in zip(which.tolist(), second.tolist(), strict=True):
        if other:  # the middle of what the point looks at is its own
            start = (point * STRIDE + (WINDOW - STRIDE) // 2) * HOP / RATE
            begin = stretches.pop()[0] if going else start
            stretches.append((round(begin, 2), round(start + STRIDE * HOP / RATE, 2)))
        going = other
    return stretches
