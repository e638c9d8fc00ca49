"""Speaker diarization: is it one voice? A recording's embeddings (`speaker_embedding`) are parted in two, and the parts
compared.

Two-means clustering parts them; who speaks changes seldom, so that a change must pay for itself. There are probably two
voices where the parts lie further apart than one person's moods bring them. What it finds, and how often it takes one
voice for two: `second_train`, ``./viva bench voices``.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from ml.speech import speaker_embedding
from ml.speech.bitset import Flags
from ml.speech.features import HOP, RATE
from ml.speech.speaker_embedding import STRIDE, WINDOW
from ml.speech.spooled_array import Frames, parts

LEAST = 8  # embeddings that each part must have: 6.4 s of speech
SPOKEN = 0.4  # of a point's frames must be speech
CHANGE, WEIGHT = 4.0, 0.2  # what a change of voices costs, in nats, and what a point counts, which shares its sentence
STARTS = 3  # principal axes that two means start from
ROUNDS = 12
HOUR = 4_500  # embeddings
#: Times the square that chance puts between means of independent embeddings: a mood holds for many.
CAUTION = 8.0


def spoken(speech: Flags, count: int) -> np.ndarray:
    """Which of the first ``count`` embeddings hold enough of ``speech`` (bool, frames of 10 ms): their numbers (N,)."""
    sums = np.zeros(len(speech) // STRIDE + 1, np.int64)
    for part in parts(len(speech)):
        at = part.start // STRIDE
        strides = np.add.reduceat(speech[part], np.arange(0, part.stop - part.start, STRIDE), dtype=np.int64)
        sums[at : at + len(strides)] = strides
    held = sums[:-1] + sums[1:]
    return np.flatnonzero(held[:count] >= SPOKEN * WINDOW)


def two_means(embeddings: np.ndarray) -> tuple[float, np.ndarray]:
    """How far apart two voices lie in ``embeddings`` (N, D), in order, and which (bool) are those of who speaks less.

    The distance of the parts' means, less what chance alone puts between them; 0 where a part would have fewer than
    LEAST embeddings. The same embeddings give the same answer.
    """
    best: tuple[float, float, np.ndarray] = (-1.0, 0.0, np.zeros(len(embeddings), bool))
    if len(embeddings) < 2 * LEAST:
        return 0.0, best[2]
    rows = _Embeddings(embeddings)
    middle = rows.mean(np.ones(len(embeddings), bool))
    _, axes = np.linalg.eigh(sum((part - middle).T @ (part - middle) for part in rows.parts()))
    for axis in axes.T[::-1][:STARTS]:
        along = rows.each(partial(_along, middle, axis))
        half = _reassigned(rows, np.convolve(along, np.ones(5), mode="same") > 0)
        count = min(half.sum(), (~half).sum())
        if count < LEAST:
            continue
        square = float(((rows.mean(half) - rows.mean(~half)) ** 2).sum())
        gain = square * half.mean() * (1 - half.mean())
        if gain > best[0]:
            chance = CAUTION * len(axis) * (1 / half.sum() + 1 / (~half).sum())
            best = (gain, float(np.sqrt(max(square - chance, 0.0))), half if half.mean() <= 0.5 else ~half)
    return best[1:]


class _Embeddings:
    """Rows (N, D) of any type, worked on in parts: a copy of hours at once would weigh more than all else."""

    def __init__(self, rows: np.ndarray):
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def parts(self) -> Iterator[np.ndarray]:
        """The rows as float32."""
        return (np.asarray(self._rows[at : at + HOUR], np.float32) for at in range(0, len(self), HOUR))

    def each(self, value: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """What ``value`` gives for every row, (N,)."""
        return np.concatenate([value(part) for part in self.parts()])

    def mean(self, which: np.ndarray) -> np.ndarray:
        """The mean (D,) of the rows that ``which`` (N,) names."""
        chosen = zip(self.parts(), range(0, len(self), HOUR), strict=True)
        return sum(part[which[at : at + HOUR]].sum(axis=0) for part, at in chosen) / np.float32(which.sum())


def _reassigned(embeddings: _Embeddings, half: np.ndarray) -> np.ndarray:
    for _ in range(ROUNDS):
        if min(half.sum(), (~half).sum()) < LEAST:
            break
        one, other = embeddings.mean(half), embeddings.mean(~half)
        apart, between = one - other, (one @ one - other @ other) / 2
        # how much better each point suits ``one``: half the difference of the squared distances
        again = _turns(embeddings.each(partial(_nearer, apart, between)))
        if (again == half).all():
            break
        half = again
    return half


def _along(middle: np.ndarray, axis: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Where each row of ``part`` (N, D) lies along ``axis`` (D,), from ``middle`` (D,)."""
    return (part - middle) @ axis


def _nearer(apart: np.ndarray, between: float, part: np.ndarray) -> np.ndarray:
    """How much nearer each row of ``part`` (N, D) lies to one mean than to the other, which lies ``apart`` from it."""
    return part @ apart - between


def _turns(better: np.ndarray) -> np.ndarray:
    """The likeliest way to give embeddings in order to two voices, where a change costs CHANGE (Viterbi's algorithm for
    two
    states): from how much ``better`` (N,) each suits the first, where the first is given (bool)."""
    lead, leads = 0.0, array("d")  # as an array: hours of numbers one by one weigh four times as much
    for value in (WEIGHT * better).data:
        lead = min(max(lead, -CHANGE), CHANGE) + value
        leads.append(lead)
    first, found = lead > 0, np.zeros(len(leads), bool)
    for place in range(len(leads) - 1, -1, -1):
        if abs(leads[place]) > CHANGE:
            first = leads[place] > 0
        found[place] = first
    return found


def second_voice(
    embeddings: Frames, speech: Flags, space: speaker_embedding.LDA | None = None
) -> list[tuple[float, float]]:
    """Where a second voice probably speaks, as (from, to) seconds; [] where there probably is none.

    ``embeddings`` are a `speaker_embedding.SpeakerEmbedder`'s, ``speech`` (bool, frames of 10 ms) says where anybody
    speaks. A guess: it needs some seconds of the other voice, and misses many that are alike. Raises ModelMissing.
    """
    which = spoken(speech, len(embeddings))
    if len(which) < 2 * LEAST:
        return []
    score, second = two_means(embeddings[0 : len(embeddings)][which])
    if score <= (space or speaker_embedding.shipped()).threshold:
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
