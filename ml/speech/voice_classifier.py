"""Is it a voice? From plain statistics of short stretches, additive, so that a stream needs few.

WebRTC's detector calls music, a barking dog and a siren speech. A small network on the statistics of 1.5 s says which
stretches sound like a voice. Whether it is one voice, `second` asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ml.core import registry
from ml.speech.dct import dct_matrix
from ml.speech.features import seconds_to_frames
from ml.speech.spooled_array import Frames, SpooledArray

STEP = seconds_to_frames(0.5)  # frames of 10 ms that one row of statistics sums up
CEPSTRA = 12
BELOW_LOUDEST_DB = 30.0  # quieter frames say nothing of what sounds
AROUND_VOICE = 3  # steps that one decision looks at: 1.5 s
STEADY, JUMP = 0.05, 1.0  # semitones from one voiced frame to the next: a held note, a broken track
#: What a row sums up, in this order: counts, then sums over the frames that stand out, then sums over all frames.
COUNTS = ("active", "voiced", "pairs", "steady", "jumps", "onsets")
SUMS = 3 * CEPSTRA + 12

PART = 1_200  # rows that are worked on at a time: ten minutes


class Accumulator:
    """Gathers the statistics of a stream: one float32 row of len(COUNTS) + SUMS for each STEP frames."""

    def __init__(self) -> None:
        self._rows = SpooledArray(np.float32, len(COUNTS) + SUMS)
        self._block: list[np.ndarray] = []
        self._loudest = -100.0

    def feed(self, mels: np.ndarray, hertz: np.ndarray) -> None:
        """Take the next frames: log-mel (N, MELS) in dB and the pitch (N,) in Hz, NaN where unvoiced.

        Feed multiples of STEP frames but at the end: a row never reaches from one call into the next.
        """
        count = min(len(mels), len(hertz))
        for start in range(0, count, STEP):
            self._block.append(self._row(mels[start : start + STEP], hertz[start : min(start + STEP, count)]))
        if len(self._block) >= PART:  # hours of single rows would weigh more than what is in them
            self._rows.append(np.array(self._block))
            self._block = []

    def finish(self) -> Frames:
        """The rows (steps, len(COUNTS) + SUMS), to be read by slices."""
        if self._block:
            self._rows.append(np.array(self._block))
            self._block = []
        return self._rows.values()

    def _row(self, mels: np.ndarray, hertz: np.ndarray) -> np.ndarray:
        mels = mels[: len(hertz)]
        level = mels.max(axis=1)
        self._loudest = max(self._loudest - 1.0, float(level.max()))
        active = level > max(self._loudest - BELOW_LOUDEST_DB, -75.0)
        note = 12 * np.log2(np.maximum(hertz, 1.0))
        voiced = np.isfinite(hertz) & active
        pair = voiced[1:] & voiced[:-1]
        move = np.abs(np.diff(np.nan_to_num(note)))[pair]
        counts = [
            active.sum(),
            voiced.sum(),
            pair.sum(),
            (move < STEADY).sum(),
            (move > JUMP).sum(),
            (active[1:] & ~active[:-1]).sum(),
        ]
        cepstra = mels @ dct_matrix(CEPSTRA)
        change = np.diff(cepstra, axis=0)[active[1:]]
        heard = cepstra[active]
        spread = mels[active]
        tone = note[voiced] - 90  # about 180 Hz
        steps = np.clip(np.diff(level), -20, 20)
        peaks = spread.max(axis=1, initial=-100) - spread.mean(axis=1) if len(spread) else np.zeros(0)
        low = spread[:, :20].mean(axis=1) - spread[:, 40:].mean(axis=1) if len(spread) else np.zeros(0)
        rough = np.abs(np.diff(spread, 2, axis=1)).mean(axis=1) if len(spread) else np.zeros(0)
        plain = [
            tone.sum(),
            (tone**2).sum(),
            np.minimum(move, JUMP).sum(),
            peaks.sum(),
            (peaks**2).sum(),
            low.sum(),
            (low**2).sum(),
            rough.sum(),
            (rough**2).sum(),
            np.maximum(steps, 0).sum(),
            (steps**2).sum(),
            len(hertz),
        ]
        return np.concatenate(
            [counts, heard.sum(axis=0), (heard**2).sum(axis=0), (change**2).sum(axis=0), plain]
        ).astype(np.float32)


def around(rows: np.ndarray, size: int) -> np.ndarray:
    """Each row's sum with its neighbours: ``size`` rows in all, fewer at the ends (N, K)."""
    sums = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=np.float64)])
    index = np.arange(len(rows))
    first = np.maximum(index - size // 2, 0)
    last = np.minimum(index - size // 2 + size, len(rows))
    return sums[last] - sums[first]


def _moments(sums: np.ndarray) -> dict[str, np.ndarray]:
    counts = dict(zip(COUNTS, sums[:, : len(COUNTS)].T, strict=True))
    rest = sums[:, len(COUNTS) :]
    active, voiced = np.maximum(counts["active"], 1), np.maximum(counts["voiced"], 1)
    mean = rest[:, :CEPSTRA] / active[:, None]
    spread = np.sqrt(np.maximum(rest[:, CEPSTRA : 2 * CEPSTRA] / active[:, None] - mean**2, 0))
    change = np.sqrt(rest[:, 2 * CEPSTRA : 3 * CEPSTRA] / active[:, None])
    tone, tone2, move, peak, peak2, low, low2, rough, rough2, rise, steps, frames = rest[:, 3 * CEPSTRA :].T

    def deviation(total: np.ndarray, squares: np.ndarray, count: np.ndarray) -> np.ndarray:
        return np.sqrt(np.maximum(squares / count - (total / count) ** 2, 0))

    pairs, frames = np.maximum(counts["pairs"], 1), np.maximum(frames, 1)
    plain = [
        counts["active"] / frames,
        counts["voiced"] / active,
        counts["steady"] / pairs,
        counts["jumps"] / pairs,
        counts["onsets"] / frames * 10,
        move / pairs,
        peak / active,
        deviation(peak, peak2, active),
        low / active,
        deviation(low, low2, active),
        rough / active,
        deviation(rough, rough2, active),
        rise / frames,
        np.sqrt(steps / frames),
    ]
    return {
        "active": counts["active"],
        "voiced": counts["voiced"],
        "mean": mean,
        "spread": spread,
        "change": change,
        "plain": np.stack(plain, axis=1),
        "tone": np.stack([tone / voiced, deviation(tone, tone2, voiced)], axis=1),
    }


def voice_features(rows: np.ndarray) -> np.ndarray:
    """What the voice network looks at, for each step with its neighbours: (steps, 52)."""
    found = _moments(around(rows, AROUND_VOICE))
    return np.hstack([found["mean"], found["spread"], found["change"], found["plain"], found["tone"]])


@dataclass(frozen=True)
class Weights:
    """The network's layers, from ``ml/weights/voice.npz``."""

    centre: np.ndarray
    scale: np.ndarray
    hidden: np.ndarray
    hidden_bias: np.ndarray
    out: np.ndarray
    out_bias: np.ndarray
    threshold: float


def weights() -> Weights:
    """The shipped weights. Raises ModelMissing."""
    path = registry.file_of("voice", "voice.npz")
    return _load(str(path), registry.stamp(path))


@lru_cache(maxsize=2)
def _load(path: str, _stamp: registry.Stamp) -> Weights:
    with np.load(path) as stored:
        values = {name: stored[name] for name in stored.files}
    parts: dict[str, Any] = {name: float(value) if value.ndim == 0 else value for name, value in values.items()}
    return Weights(**parts)


def voice_probability(rows: Frames, given: Weights | None = None) -> np.ndarray:
    """The probability (steps,) that what sounds in each step and around it is a voice; 0 where nothing sounds."""
    net, found = given or weights(), [np.zeros(0)]
    for start in range(0, len(rows), PART):
        first = max(0, start - AROUND_VOICE)
        part = rows[first : start + PART + AROUND_VOICE]
        values = np.clip((voice_features(part) - net.centre) / net.scale, -6, 6)
        odds = np.maximum(values @ net.hidden + net.hidden_bias, 0) @ net.out + net.out_bias
        sounds = around(part[:, :1], AROUND_VOICE)[:, 0] > 0
        chances = np.where(sounds, 1 / (1 + np.exp(-np.clip(odds.ravel(), -50, 50))), 0.0)
        found.append(chances[start - first : start - first + min(PART, len(rows) - start)])
    return np.concatenate(found)
