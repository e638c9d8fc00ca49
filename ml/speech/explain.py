"""Which seconds and which bands of the sound moved the verdict: occlusion, on the sound itself.

A piece of the stretch, a third of a second by one of seven bands, is turned down by 25 dB in the short-time Fourier
transform, the sound is put together again, and everything is read anew (Zeiler & Fergus, 2014, for pictures). Where
the emotion becomes less likely without a piece, the piece spoke for it. Reading the changed sound, and not a changed
picture of it, holds for whatever reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.errors import Unreadable
from ml.core.messages import N_
from ml.media import demux
from ml.speech.activity import detect
from ml.speech.classifier import probabilities
from ml.speech.features import (
    FFT,
    HOP,
    RATE,
    WINDOW_SECONDS,
    seconds_to_frames,
    window_starts,
    without_pauses,
)

PIECE_SECONDS = 0.3
#: Edges of the bands in Hz: the fundamental, then where the first, second, third formants and the hiss mostly lie.
BANDS_HZ = (60.0, 300.0, 700.0, 1_400.0, 2_200.0, 3_400.0, 5_000.0, 7_600.0)
TURNED_DOWN_DB = 25.0
LONGEST = 12.0  # s; a piece of more than that is a request for patience, not for an explanation
STEP, FRAME = 128, 512  # samples of the transform that turns pieces down


@dataclass(frozen=True)
class Explanation:
    """How much each piece of a stretch spoke for an emotion.

    ``times``: edges of the pieces, seconds from the recording's start (T + 1); ``bands``: edges in Hz (B + 1);
    ``values`` (T rows of B): the fall of the emotion's log odds without the piece, above 0 where it spoke for the
    emotion, below 0 where it spoke against it; 0 where nobody speaks. ``probability`` (0..1) is the emotion's with
    everything heard. ``by_time`` (T) and ``by_band`` (B) say the same for all bands and for all times at once, each
    measured by itself, not summed. JSON-able by ``dataclasses.asdict``.
    """

    label: str
    start: float
    end: float
    probability: float
    times: list[float]
    bands: list[float]
    values: list[list[float]]
    by_time: list[float]
    by_band: list[float]


def explain(path: str | Path, start: float, end: float, label: str) -> Explanation:
    """Explain the reading of ``label`` (one of SPEECH_EMOTIONS) between two times of a recording, in seconds.

    Only the first LONGEST seconds of a longer stretch are explained; a stretch of three seconds takes about two seconds
    of one core. Raises ValueError for an unknown label or an empty stretch, Unreadable (``silence``) where nobody
    speaks in it, MediaError for a file that does not decode and ModelMissing.
    """
    if label not in SPEECH_EMOTIONS:
        raise ValueError(f"There is no emotion {label!r}; there are {', '.join(SPEECH_EMOTIONS)}.")
    start, end = max(0.0, start), min(end, start + LONGEST)
    if end <= start:
        raise ValueError(f"A stretch from {start} s to {end} s is empty.")
    return explain_samples(_excerpt(path, start, end), label, start)


def explain_samples(samples: np.ndarray, label: str, start: float = 0.0) -> Explanation:
    """`explain` for a short stretch that is decoded already: float32 mono at 16 kHz, beginning at ``start`` seconds."""
    emotion = SPEECH_EMOTIONS.index(label)
    spans = _spans(samples)
    if not spans:
        raise Unreadable("silence", N_("Nobody speaks in this stretch, so there is nothing to explain."))
    inputs = [without_pauses(samples[a:b], speech) for a, b, speech in spans]
    whole = [probabilities(window)[emotion] for window in inputs]
    pieces = max(1, round(len(samples) / RATE / PIECE_SECONDS))
    edges = np.linspace(0, len(samples) / RATE, pieces + 1)
    sound = _Sound(samples)

    def fall(first: float, last: float, low: float, high: float) -> float:
        """How far the mean log odds fall without a piece."""
        touched = [k for k, (a, b, _) in enumerate(spans) if a < last * RATE and b > first * RATE]
        if not touched:
            return 0.0
        changed = sound.without(first, last, low, high)
        fallen = 0.0
        for k in touched:
            a, b, speech = spans[k]
            chance = probabilities(without_pauses(changed[a:b], speech))[emotion]
            fallen += _log_odds(whole[k]) - _log_odds(chance)
        return round(fallen / len(touched), 4)

    bands = list(pairwise(BANDS_HZ))
    times = list(pairwise(edges))
    values = [[fall(*time, *band) for band in bands] for time in times]
    return Explanation(
        label=label,
        start=round(start, 3),
        end=round(start + len(samples) / RATE, 3),
        probability=round(float(np.mean(whole)), 4),
        times=[round(start + float(edge), 3) for edge in edges],
        bands=list(BANDS_HZ),
        values=values,
        by_time=[fall(*time, 0.0, RATE / 2) for time in times],
        by_band=[fall(0.0, len(samples) / RATE, *band) for band in bands],
    )


def _log_odds(chance: float) -> float:
    chance = min(max(float(chance), 1e-6), 1 - 1e-6)
    return float(np.log(chance / (1 - chance)))


def _spans(samples: np.ndarray) -> list[tuple[int, int, np.ndarray]]:
    """First and last sample of each window of the stretch, cut to its speech, as the reading cuts them, and where in it
    somebody speaks (bool, a frame each)."""
    activity = detect(samples)
    bounds = activity.bounds(0, len(activity.speech))
    if bounds is None:
        return []
    size = seconds_to_frames(WINDOW_SECONDS)
    spans = []
    for begin in window_starts(bounds[1] - bounds[0]):
        begin += bounds[0]
        inside = activity.bounds(begin, min(begin + size, bounds[1]))
        if inside is not None:
            first, last = inside
            spans.append((first * HOP, last * HOP + FFT - HOP, activity.speech[first:last]))
    return spans


def _excerpt(path: str | Path, start: float, end: float) -> np.ndarray:
    """The samples between two times of a recording; no more than a block beside them is held."""
    first, last, at, parts = round(start * RATE), round(end * RATE), 0, [np.zeros(0, np.float32)]
    for block in demux.audio_blocks(path, rate=RATE):
        if at >= last:
            break
        parts.append(block[max(first - at, 0) : max(last - at, 0)])
        at += len(block)
    return np.concatenate(parts)


class _Sound:
    """A stretch of sound whose pieces can be turned down; nothing turned down gives the same sound again."""

    def __init__(self, samples: Sequence[float] | np.ndarray):
        self.length = len(samples)
        padded = np.pad(np.asarray(samples, np.float32), (FRAME, FRAME + STEP))
        self.window = np.sqrt(np.hanning(FRAME + 1)[:-1]).astype(np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::STEP] * self.window
        self.spectra = np.fft.rfft(frames, axis=1)
        self.times = (np.arange(len(frames)) * STEP + FRAME / 2 - FRAME) / RATE
        self.hertz = np.arange(FRAME // 2 + 1) * RATE / FRAME

    def without(self, first: float, last: float, low: float, high: float) -> np.ndarray:
        """The samples with TURNED_DOWN_DB less between two times (s) and two frequencies (Hz)."""
        when = (self.times >= first) & (self.times < last)
        where = (self.hertz >= low) & (self.hertz < high)
        spectra = self.spectra.copy()
        spectra[np.ix_(when, where)] *= 10 ** (-TURNED_DOWN_DB / 20)
        frames = np.fft.irfft(spectra, FRAME, axis=1) * self.window
        result = np.zeros(len(frames) * STEP + FRAME)
        for part in range(FRAME // STEP):  # every fourth frame follows the last without overlap
            rows = frames[part :: FRAME // STEP]
            begin = part * STEP
            result[begin : begin + rows.size] += rows.ravel()
        return (result[FRAME : FRAME + self.length] / (FRAME / STEP / 2)).astype(np.float32)
