"""Is it one voice? Speech is parted in two by timbre and pitch, and the parts are compared.

Each half second with speech is looked at with its neighbours (4 s in all) along the axes of a linear discriminant of
speakers, in units of how much one speaker differs from herself. Two means part them; a part must last for some seconds
at a time. There are probably two voices where the parts, each as a whole, lie far apart for any one person and are well
separated. What it finds and what it takes for two that is one: `second_train`, ``./viva bench voices``.
"""

from __future__ import annotations

import numpy as np

from ml.speech import voice
from ml.speech.voice import PART, STEP, STEP_SECONDS, Weights, around

AROUND = 8  # steps that one place is judged by: 4 s of speech
STEADIED = 13  # steps of which most must be of one part: voices change every few seconds, not more often
LEAST = 30  # steps with speech that each part must have: 15 s


def speaking(speech: np.ndarray, steps: int) -> np.ndarray:
    """Which of ``steps`` steps of half a second hold speech (bool, from frames of 10 ms) for more than a quarter."""
    if not len(speech):
        return np.zeros(steps, bool)
    frames = np.add.reduceat(speech, np.arange(0, len(speech), STEP)).astype(int)
    return np.pad(frames, (0, max(0, steps - len(frames))))[:steps] > STEP // 4


def places(rows: np.ndarray, net: Weights) -> np.ndarray:
    """Where each row of statistics, with its neighbours, lies among speakers (N, axes)."""
    found = [np.zeros((0, net.speaker_axes.shape[1]))]
    for start in range(0, len(rows), PART):
        first = max(0, start - AROUND)
        sums = around(rows[first : start + PART + AROUND], AROUND)
        found.append(_place(sums[start - first : start - first + PART], net))
    return np.concatenate(found)


def _place(sums: np.ndarray, net: Weights) -> np.ndarray:
    return (voice.speaker_features(sums) - net.speaker_centre) @ net.speaker_axes


def parted(rows: np.ndarray, net: Weights) -> tuple[float, np.ndarray]:
    """How surely the rows (steps with speech, in order) are two voices', and which the second speaks (bool, N).

    The score is the distance of the two parts, each summed up as a whole, times that distance over the spread within
    the parts; 0 where a part has fewer than LEAST rows. The same rows give the same answer: two means start from the
    first and from the second principal axis, and the better score counts.
    """
    best: tuple[float, np.ndarray] = (0.0, np.zeros(len(rows), bool))
    if len(rows) < 2 * LEAST:
        return best
    units = places(rows, net)
    centred = units - units.mean(axis=0)
    for axis in np.linalg.svd(centred, full_matrices=False)[2][:2]:
        half = _two_means(units, centred @ axis > 0)
        part = np.convolve(np.where(half, 1.0, -1.0), np.ones(STEADIED), mode="same") > 0
        if min(part.sum(), (~part).sum()) < LEAST:
            continue
        wholes = np.stack([rows[part].sum(axis=0, dtype=np.float64), rows[~part].sum(axis=0, dtype=np.float64)])
        apart = np.subtract(*_place(wholes, net))
        distance = max(float(np.linalg.norm(apart)), 1e-9)
        along = units @ (apart / distance)
        wide = np.sqrt(sum(np.var(along[side]) * side.sum() for side in (part, ~part)) / len(along))
        score = distance * abs(along[part].mean() - along[~part].mean()) / (float(wide) + 0.1)
        if score > best[0]:
            best = (score, part if part.sum() <= len(part) / 2 else ~part)
    return best


def _two_means(units: np.ndarray, half: np.ndarray) -> np.ndarray:
    for _ in range(25):
        if half.all() or not half.any():
            break
        one, other = units[half].mean(axis=0), units[~half].mean(axis=0)
        nearer = ((units - one) ** 2).sum(axis=1) < ((units - other) ** 2).sum(axis=1)
        if (nearer == half).all():
            break
        half = nearer
    return half


def second_voice(rows: np.ndarray, speech: np.ndarray, given: Weights | None = None) -> list[tuple[float, float]]:
    """Where a second voice probably speaks, as (from, to) seconds; [] where there probably is none.

    ``rows`` (steps,) are a `voice.Meter`'s, ``speech`` (bool, frames of 10 ms) says where anybody speaks. A guess from
    timbre and pitch: it needs 15 s of the other voice, and misses many voices that are alike. Raises ModelMissing.
    """
    net = given or voice.weights()
    steps = np.flatnonzero(speaking(speech, len(rows)))
    score, second = parted(rows[steps], net)
    if score <= net.speaker_threshold:
        return []
    stretches: list[tuple[float, float]] = []
    going = False
    for step, other in zip(steps.tolist(), second.tolist(), strict=True):
        if other:
            begin = stretches.pop()[0] if going else step * STEP_SECONDS
            stretches.append((begin, (step + 1) * STEP_SECONDS))
        going = other
    return stretches
