"""Face and voice side by side: a first, honest combination by arithmetic. Nothing here is trained.

Each side's probabilities meet on one grid of times. A side weighs its coverage (the share of the recording
that it could read) times its confidence at that moment, which is one minus the entropy of its probabilities
divided by the largest possible: a side that cannot tell the classes apart hardly counts. Fused probabilities
are the weighted mean (a linear opinion pool, Stone 1961), gathered over time in a mean whose weights fade
exponentially. Where one side is silent the other passes through; where both are, the track has a hole.

What it cannot do: it takes both sides' confidence at face value (they are calibrated each on its own data,
acted speech and posed or found pictures), and it does not yet ask whether the mouth that moves belongs to the
voice that is heard.
"""

from __future__ import annotations

import numpy as np

from ml.readings import FACE_EMOTIONS, Estimate, FaceReading, FusedReading, SpeechReading, Track
from ml.statistics import block_bootstrap

#: Seconds between the points of the common grid.
STEP = 0.5
#: Seconds after which evidence has faded to 1/e.
MEMORY = 2.0
#: Seconds within which expressions are not independent of each other (the bootstrap's blocks).
BLOCK = 5.0
#: A side without any preference between the classes still weighs this much of its coverage.
FLOOR = 0.02
#: Below this share of the grid no emotion is named.
LEAST_COVERAGE = 0.3
#: The speech model's names for the face model's classes; calm has no face of its own and counts as neutral.
_TO_FACE = {"calm": "neutral", "fearful": "fear", "surprised": "surprise"}


def combine(face: FaceReading | None, speech: SpeechReading | None) -> FusedReading | None:
    """Combine two readings of the same recording; None where neither holds a single row.

    The track has a row every half second (grid points are the middles of the half seconds); the distribution
    is the mean of its rows before they are smoothed, with the interval of a block bootstrap. ``weights`` are
    the shares (0..1) of the whole evidence that came from each side, ``coverage`` the share of the grid with
    any. ``dominant`` is named where its interval lies above that of every other class.
    """
    length = max([reading.seconds for reading in (face, speech) if reading is not None], default=0.0)
    grid = (np.arange(max(1, round(length / STEP))) + 0.5) * STEP
    sides = {
        "face": (None if face is None else face.track, STEP / 2, 0.0 if face is None else face.coverage),
        "speech": (
            None if speech is None else speech.track,
            0.0 if speech is None else speech.window_seconds / 2,
            0.0 if speech is None else speech.coverage,
        ),
    }
    rows = {name: _on_grid(track, grid, reach) for name, (track, reach, _) in sides.items()}
    weights = {name: sides[name][2] * confidence(values) for name, values in rows.items()}
    total = sum(weights.values())
    heard = total > 0
    if not heard.any():
        return None
    mixed = sum(weights[name][:, None] * np.nan_to_num(rows[name]) for name in rows)
    mixed[heard] /= total[heard, None]
    distribution = _distribution(mixed[heard])
    coverage = float(heard.mean())
    return FusedReading(
        track=_gather(grid, mixed, total),
        distribution=distribution,
        dominant=_dominant(distribution, coverage),
        weights={name: float(weight.sum() / total.sum()) for name, weight in weights.items()},
        coverage=coverage,
    )


def to_face_classes(labels: tuple[str, ...], rows: np.ndarray) -> np.ndarray:
    """Probabilities (N, len(labels)) of either model on the face's seven classes (N, 7), matched by name.

    Raises ValueError for a label that neither model has.
    """
    out = np.zeros((len(rows), len(FACE_EMOTIONS)))
    for column, label in enumerate(labels):
        out[:, FACE_EMOTIONS.index(_TO_FACE.get(label, label))] += rows[:, column]
    return out


def confidence(rows: np.ndarray) -> np.ndarray:
    """One minus the normalised entropy of each row (N, K): 0 for an even spread (raised to FLOOR), 1 for
    certainty.

    Rows of NaN have confidence 0.
    """
    known = ~np.isnan(rows).any(axis=1)
    safe = np.clip(np.nan_to_num(rows, nan=1.0), 1e-12, 1.0)
    entropy = -(safe * np.log(safe)).sum(axis=1) / np.log(rows.shape[1])
    return np.where(known, np.clip(1 - entropy, FLOOR, 1.0), 0.0)


def _on_grid(track: Track | None, grid: np.ndarray, reach: float) -> np.ndarray:
    """The mean of a track's rows within ``reach`` seconds of each grid point, (len(grid), 7); NaN where there
    is none."""
    out = np.full((len(grid), len(FACE_EMOTIONS)), np.nan)
    known = [] if track is None else [i for i, row in enumerate(track.probabilities) if row is not None]
    if not known:
        return out
    times = np.array([track.times[i] for i in known])
    rows = to_face_classes(track.labels, np.array([track.probabilities[i] for i in known], dtype=float))
    order = np.argsort(times, kind="stable")
    times, rows = times[order], rows[order]
    running = np.vstack([np.zeros(rows.shape[1]), np.cumsum(rows, axis=0)])
    # Half-open, so that neighbouring grid points share no row of a track as dense as the grid.
    first, last = np.searchsorted(times, grid - reach), np.searchsorted(times, grid + reach)
    some = last > first
    out[some] = (running[last] - running[first])[some] / (last - first)[some, None]
    return out / out.sum(axis=1, keepdims=True)


def _gather(grid: np.ndarray, mixed: np.ndarray, total: np.ndarray) -> Track:
    """The exponentially weighted mean of the evidence up to each point; None where there is none at that
    point."""
    fade = np.exp(-STEP / MEMORY)
    evidence, amount = np.zeros(mixed.shape[1]), 0.0
    out: list[list[float] | None] = []
    for row, weight in zip(mixed, total, strict=True):
        evidence, amount = evidence * fade + weight * row, amount * fade + weight
        out.append([round(float(p), 5) for p in evidence / amount] if weight > 0 else None)
    return Track(labels=FACE_EMOTIONS, times=[round(float(t), 3) for t in grid], probabilities=out)


def _distribution(rows: np.ndarray) -> dict[str, Estimate]:
    block = round(BLOCK / STEP)
    low, high = block_bootstrap(rows, block)
    mean, independent = rows.mean(axis=0), max(1, len(rows) // block)
    return {
        label: Estimate(float(mean[k]), float(min(low[k], mean[k])), float(max(high[k], mean[k])), independent)
        for k, label in enumerate(FACE_EMOTIONS)
    }


def _dominant(distribution: dict[str, Estimate], coverage: float) -> str | None:
    first, second = sorted(distribution, key=lambda label: -distribution[label].value)[:2]
    clear = distribution[first].low > max(e.high for label, e in distribution.items() if label != first)
    clear = clear and distribution[first].value > distribution[second].value
    return first if clear and distribution[first].n > 1 and coverage >= LEAST_COVERAGE else None
