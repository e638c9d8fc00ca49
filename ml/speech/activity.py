"""Where somebody speaks: WebRTC's voice activity detector, bounded by the energy above the recording's own noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import webrtcvad

from ml.speech.features import HOP, RATE
from ml.speech.spool import Frames, Spool, Tally, parts

VAD_FRAME = 2 * HOP  # 20 ms; WebRTC's detector takes 10, 20 or 30
AGGRESSIVENESS = 2  # 0..3
TARGET_DB, GREATEST_GAIN_DB = -23.0, 36.0
SILENCE_DB = -68.0  # dBFS; nothing below this is speech, whatever it is above the noise
ABOVE_NOISE_DB = 9.0
BELOW_SPEECH_DB = 32.0
LEAST_RANGE_DB = 9.0  # speech rises and falls by more; a fan or a hum does not
LEVELS_DB = (-100.0, 20.0)  # what `level_db` can give
SHORTEST_SPEECH, SHORTEST_GAP = 8, 15  # frames: shorter bursts are dropped, shorter gaps closed


class ActivityDetector:
    """Frame levels and raw speech flags of a stream, 10 ms a frame; feed it pieces in order.

    WebRTC's detector has absolute thresholds and misses quiet voices, so each frame is brought to a speaking level by a
    gain that follows the loudest recent frames (falling 2 dB a second, at most GREATEST_GAIN_DB).
    """

    def __init__(self) -> None:
        self._vad = webrtcvad.Vad(AGGRESSIVENESS)
        self._rest = np.zeros(0, np.float32)
        self._level = TARGET_DB - GREATEST_GAIN_DB
        self._decibels = Spool(np.float32)
        self._flags = Spool(bool)
        self._levels, self._flagged = Tally(*LEVELS_DB), Tally(*LEVELS_DB)

    def feed(self, samples: np.ndarray) -> None:
        """Take the next samples (float mono, 16 kHz, -1..1)."""
        samples = np.concatenate([self._rest, samples])
        whole = len(samples) // VAD_FRAME
        self._rest = samples[whole * VAD_FRAME :].copy()
        if not whole:
            return
        halves = samples[: whole * VAD_FRAME].reshape(-1, HOP)
        decibels = level_db(halves)
        levels = np.empty(whole)
        for index, loudest in enumerate(decibels.reshape(whole, 2).max(axis=1).tolist()):
            levels[index] = self._level = max(self._level - 2 * VAD_FRAME / RATE, loudest)
        gains = 32767 * 10 ** (np.minimum(TARGET_DB - levels, GREATEST_GAIN_DB) / 20)
        frames = samples[: whole * VAD_FRAME].reshape(whole, VAD_FRAME) * gains[:, None].astype(np.float32)
        pulses = np.clip(frames, -32768, 32767).astype("<i2").tobytes()
        size = 2 * VAD_FRAME
        flags = np.array([self._vad.is_speech(pulses[at : at + size], RATE) for at in range(0, len(pulses), size)])
        flags = np.repeat(flags, 2)
        self._decibels.append(decibels)
        self._flags.append(flags)
        self._levels.add(decibels)
        self._flagged.add(decibels[flags])

    def finish(self) -> Activity:
        """End the stream and decide. The last samples that fill no 20 ms frame are left out."""
        flags = self._flags[0 : len(self._flags)]
        self._flags = Spool(bool)
        if not len(flags):
            return Activity(np.zeros(0, np.float32), flags, SILENCE_DB)
        decibels, (noise,) = self._decibels.values(), self._levels.percentiles(5)
        top = self._flagged.percentiles(95)[0] if len(self._flagged) else -100.0
        return Activity(decibels, _decide(decibels, flags, noise, top), noise)


@dataclass(frozen=True)
class Activity:
    """``decibels`` (dBFS) and ``speech`` (bool) per 10 ms frame; ``noise_db`` is the recording's quietest twentieth.

    Of more than an hour ``decibels`` is a `Spool`: an array by slices.
    """

    decibels: Frames
    speech: np.ndarray
    noise_db: float

    @property
    def seconds(self) -> float:
        """Seconds of speech, pauses shorter than 0.15 s included."""
        return float(self.speech.sum()) * HOP / RATE

    def bounds(self, start: int, stop: int) -> tuple[int, int] | None:
        """First and last-plus-one speech frame among frames ``start`` to ``stop``; None where there is none."""
        inside = np.flatnonzero(self.speech[start:stop])
        return (start + int(inside[0]), start + int(inside[-1]) + 1) if inside.size else None

    def segments(self) -> list[tuple[int, int]]:
        """Stretches of speech as (first, last + 1) frames."""
        return runs(self.speech)


def level_db(frames: np.ndarray) -> np.ndarray:
    """Root mean square of each row in dBFS, at least -100, float32. The row's mean is taken out first."""
    frames = frames - frames.mean(axis=1, keepdims=True)
    return (10 * np.log10(np.mean(frames**2, axis=1, dtype=np.float64) + 1e-10)).astype(np.float32)


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Stretches of True as (first, last + 1)."""
    return list(map(tuple, _edges(flags).tolist()))


def _edges(flags: np.ndarray) -> np.ndarray:
    """`runs` as an array (N, 2): five hours have tens of thousands."""
    inner = np.flatnonzero(flags[1:] != flags[:-1]) + 1
    begins, ends = ([0] if len(flags) and flags[0] else []), ([len(flags)] if len(flags) and flags[-1] else [])
    return np.concatenate([begins, inner, ends]).astype(np.int64).reshape(-1, 2)


def _short(flags: np.ndarray, length: int) -> list[list[int]]:
    """Stretches of True of fewer than ``length`` frames."""
    edges = _edges(flags)
    return edges[edges[:, 1] - edges[:, 0] < length].tolist()


def _decide(decibels: Frames, flags: np.ndarray, noise: float, top: float) -> np.ndarray:
    """Keep flagged frames that stand out from the noise; drop short bursts, close short gaps.

    ``noise`` is the quietest twentieth of all frames, ``top`` the loudest of the flagged ones, dBFS.
    """
    if top < SILENCE_DB or top - noise < LEAST_RANGE_DB:
        return np.zeros_like(flags)
    # without a single pause the quietest frames are speech too, hence the second bound
    threshold = max(min(noise + ABOVE_NOISE_DB, top - 18), top - BELOW_SPEECH_DB, SILENCE_DB)
    speech = flags
    for part in parts(len(flags)):
        speech[part] &= decibels[part] > threshold
    for first, last in _short(~speech, SHORTEST_GAP):
        if first > 0 and last < len(speech):
            speech[first:last] = True
    for first, last in _short(speech, SHORTEST_SPEECH):
        speech[first:last] = False
    return speech


def detect(samples: np.ndarray) -> Activity:
    """`ActivityDetector` over one short array."""
    detector = ActivityDetector()
    detector.feed(np.asarray(samples, np.float32))
    return detector.finish()
