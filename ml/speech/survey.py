"""The first pass over a recording's sound: where somebody speaks, whether it is one voice, pitch and quality."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ml.speech import delivery, quality, second, speakers, voice
from ml.speech.activity import Activity, ActivityDetector, runs
from ml.speech.features import FFT, HOP, MELS, RATE, log_mel, steady_pieces
from ml.speech.spool import Frames, Spool

#: A step counts as no voice below this probability (`voice.Weights.threshold`) only where it lasts: single steps
#: between spoken ones are part of them.
SHORTEST_OTHER = 2  # steps of half a second
STRETCHES = 2_000  # at most so many in a reading


@dataclass(frozen=True)
class Survey:
    """What the first pass finds.

    ``activity.speech`` (per 10 ms) holds the candidate's speech alone; ``heard`` what the detector called speech,
    ``other`` what of that is no voice and ``second`` where a second voice probably speaks, (from, to) in seconds.
    ``hertz`` is the pitch per frame, ``samples`` all there were, ``clipped`` their share that is clipped, and
    ``spectrum`` (MELS,) the mean log-mel spectrum of what sounds, dB, NaN where nothing does. Of a long recording the
    values per frame are a `Spool`: an array by slices.
    """

    activity: Activity
    hertz: Frames
    samples: int
    clipped: float
    heard: np.ndarray
    other: np.ndarray
    second: list[tuple[float, float]]
    spectrum: np.ndarray

    def stretches(self) -> list[list]:
        """[from, to, kind] in seconds, in order; kind is "speech", "second" (a second voice) or "other" (no voice)."""
        second = np.zeros_like(self.heard)
        for start, end in self.second:
            second[int(start * 100) : int(end * 100)] = True
        kinds = (("speech", self.activity.speech), ("second", self.heard & second & ~self.other), ("other", self.other))
        gap = 30
        while True:  # five hours have thousands of short pauses: those that no chart could show are closed
            found = [
                [round(a / 100, 2), round(b / 100, 2), kind] for kind, flags in kinds for a, b in _closed(flags, gap)
            ]
            if len(found) <= STRETCHES:
                return sorted(found)
            gap *= 2


def survey(blocks: Iterable[np.ndarray]) -> Survey:
    """First pass over a stream of samples (float32 mono, 16 kHz), in bounded memory but for some bytes each 10 ms."""
    detector, meter, hertz = ActivityDetector(), voice.Meter(), Spool(np.float16)
    listener = speakers.Listener()
    total = clipped = sounding = 0
    spectrum = np.zeros(MELS)
    overlap = delivery.PITCH_FRAME - HOP
    for start, piece in steady_pieces(blocks, RATE + overlap, overlap):
        fresh = piece if start == 0 else piece[overlap:]
        detector.feed(fresh)
        pitch, mels = delivery.pitch(piece), log_mel(piece[: RATE + FFT - HOP])
        hertz.append(pitch)
        meter.feed(mels, pitch)
        listener.feed(mels)
        level = mels.max(axis=1)
        loud = mels[level > max(float(level.max()) - 20, -60)]
        spectrum += loud.sum(axis=0)
        sounding += len(loud)
        total += len(fresh)
        clipped += int(np.count_nonzero(np.abs(fresh) >= quality.CLIPPED))
    activity, rows = detector.finish(), meter.finish()
    del detector
    other = _no_voice(rows, activity.speech)
    voices = activity.speech & ~other
    stretches = second.second_voice(listener.finish(), voices)
    spoken = voices.copy()
    for begin, end in stretches:
        spoken[int(begin * 100) : int(end * 100)] = False
    return Survey(
        replace(activity, speech=spoken),
        hertz.values(),
        total,
        clipped / max(total, 1),
        activity.speech,
        other,
        stretches,
        spectrum / sounding if sounding else np.full(MELS, np.nan),
    )


def _no_voice(rows: Frames, speech: np.ndarray) -> np.ndarray:
    """Which frames of ``speech`` (bool, 10 ms) do not sound like a voice."""
    if not speech.any():
        return np.zeros_like(speech)
    low = voice.voice_probability(rows) < voice.weights().threshold
    spoken = np.add.reduceat(speech, np.arange(0, len(speech), voice.STEP)) > 0
    low = np.pad(low, (0, max(0, len(spoken) - len(low))))[: len(spoken)]
    for first, last in runs(low):
        # at the edges of what sounds a step has little to go by: it goes with its neighbour
        if last - first < SHORTEST_OTHER and spoken[max(0, first - 1) : last + 1].sum() > spoken[first:last].sum():
            low[first:last] = False
    return speech & np.repeat(low, voice.STEP)[: len(speech)]


def _closed(flags: np.ndarray, gap: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for first, last in runs(flags):
        if found and first - found[-1][1] < gap:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found
