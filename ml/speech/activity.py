"""Where somebody speaks: WebRTC's voice activity detector, bounded by the energy above the recording's own noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import webrtcvad

from ml.speech.bitset import Bitset, Flags, each_run, pieces, runs
from ml.speech.features import FFT, HOP, RATE, without_pauses
from ml.speech.spooled_array import Frames, SpooledArray, StreamingQuantiles, parts

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
        self._decibels = SpooledArray(np.float32)
        self._flags = SpooledArray(bool)
        self._levels, self._flagged = StreamingQuantiles(*LEVELS_DB), StreamingQuantiles(*LEVELS_DB)

    def feed(self, samples: np.ndarray) -> None:
        """Take the next samples (float mono, 16 kHz, -1..1)."""
        samples = np.concatenate([self._rest, samples])
        whole = len(samples) // VAD_FRAME
        self._rest = samples[whole * VAD_FRAME :].copy()
        if not whole:
            return
        frames = samples[: whole * VAD_FRAME].reshape(-1, HOP)
        decibels = level_db(frames)
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
        flags, decibels = self._flags.values(), self._decibels.values()
        if not len(flags):
            return Activity(decibels, Bitset(0), SILENCE_DB)
        (noise,) = self._levels.percentiles(5)
        top = self._flagged.percentiles(95)[0] if len(self._flagged) else -100.0
        return Activity(decibels, _decide(decibels, flags, noise, top), noise)


@dataclass(frozen=True)
class Activity:
    """``decibels`` (dBFS) and ``speech`` (bool) per 10 ms frame; ``noise_db`` is the recording's quietest twentieth.

    Of more than some minutes ``decibels`` is a `SpooledArray`; of a stream ``speech`` is a `Bitset`: both are arrays by
    slices.
    """

    decibels: Frames
    speech: Flags
    noise_db: float

    @property
    def seconds(self) -> float:
        """Seconds of speech, pauses shorter than 0.15 s included."""
        return float(self.speech.sum()) * HOP / RATE

    def bounds(self, start: int, stop: int) -> tuple[int, int] | None:
        """First and last-plus-one speech frame among frames ``start`` to ``stop``; None where there is none."""
        first = last = None
        for part in parts(min(stop, len(self.speech)) - start):
            inside = np.flatnonzero(self.speech[start + part.start : start + part.stop])
            if inside.size:
                first = start + part.start + int(inside[0]) if first is None else first
                last = start + part.start + int(inside[-1]) + 1
        return None if first is None or last is None else (first, last)

    def said(self, samples: np.ndarray, start: int, stop: int) -> np.ndarray | None:
        """The part of ``samples`` (all of them, float32) from the first to the last speech among frames ``start`` to
        ``stop``, its pauses shortened, as models read it; None where nobody speaks there."""
        inside = self.bounds(start, stop)
        if inside is None:
            return None
        first, last = inside
        return without_pauses(samples[first * HOP : last * HOP + FFT - HOP], self.speech[first:last])

    def segments(self) -> list[tuple[int, int]]:
        """Stretches of speech as (first, last + 1) frames."""
        return runs(self.speech)

    def each_segment(self) -> Iterator[tuple[int, int]]:
        """`segments` one by one: five hours have tens of thousands."""
        return each_run(pieces(self.speech))


def level_db(frames: np.ndarray) -> np.ndarray:
    """Root mean square of each row in dBFS, at least -100, float32. The row's mean is taken out first."""
    frames = frames - frames.mean(axis=1, keepdims=True)
    return (10 * np.log10(np.mean(frames**2, axis=1, dtype=np.float64) + 1e-10)).astype(np.float32)


def _decide(decibels: Frames, flags: Frames, noise: float, top: float) -> Bitset:
    """Keep flagged frames that stand out from the noise; drop short bursts, close short gaps.

    ``noise`` is the quietest twentieth of all frames, ``top`` the loudest of the flagged ones, dBFS.
    """
    if top < SILENCE_DB or top - noise < LEAST_RANGE_DB:
        return Bitset(len(flags))
    # without a single pause the quietest frames are speech too, hence the second bound
    threshold = max(min(noise + ABOVE_NOISE_DB, top - 18), top - BELOW_SPEECH_DB, SILENCE_DB)
    speech = Bitset.made(len(flags), lambda part: flags[part] & (decibels[part] > threshold))
    for first, last in each_run(~piece for piece in pieces(speech)):
        if last - first < SHORTEST_GAP and first > 0 and last < len(speech):
            speech[first:last] = True
    for first, last in each_run(pieces(speech)):
        if last - first < SHORTEST_SPEECH:
            speech[first:last] = False
    return speech


def detect(samples: np.ndarray) -> Activity:
    """`ActivityDetector` over one short array; all of the answer are arrays."""
    detector = ActivityDetector()
    detector.feed(np.asarray(samples, np.float32))
    found = detector.finish()
    return replace(found, decibels=found.decibels[:], speech=found.speech[:])
