"""The first pass over a recording's sound: where somebody speaks, whether it is one voice, pitch and quality."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from ml.speech import delivery, diarization, quality, speaker_embedding, voice_classifier
from ml.speech.activity import Activity, ActivityDetector
from ml.speech.bitset import Bitset, Flags, each_run, pieces, runs
from ml.speech.features import FFT, HOP, MELS, RATE, log_mel, steady_pieces
from ml.speech.spooled_array import PART, Frames, SpooledArray, parts

#: A step counts as no voice below this probability (`voice.Weights.threshold`) only where it lasts: single steps
#: between spoken ones are part of them.
SHORTEST_OTHER = 2  # steps of half a second
STRETCHES = 2_000  # at most so many in a reading


@dataclass(frozen=True)
class FirstPass:
    """What the first pass finds.

    ``activity.speech`` (per 10 ms) holds the candidate's speech alone; ``heard`` what the detector called speech,
    ``other`` what of that is no voice and ``second_voice`` where a second voice probably speaks, (from, to) in seconds.
    ``hertz`` is the pitch per frame, ``samples`` all there were, ``clipped`` their share that is clipped, and
    ``spectrum`` (MELS,) the mean log-mel spectrum of what sounds, dB, NaN where nothing does. Of a long recording the
    values per frame are a `SpooledArray`: an array by slices.
    """

    activity: Activity
    hertz: Frames
    samples: int
    clipped: float
    heard: Flags
    other: Flags
    second_voice: list[tuple[float, float]]
    spectrum: np.ndarray

    def stretches(self) -> list[list]:
        """[from, to, kind] in seconds, in order; kind is "speech", "second" (a second voice) or "other" (no voice)."""
        second, every = Bitset(len(self.heard)), list(parts(len(self.heard)))
        for start, end in self.second_voice:
            second[int(start * 100) : int(end * 100)] = True

        def all_of(gap: int) -> Iterator[list]:
            for kind, chunks in (
                ("speech", pieces(self.activity.speech)),
                ("second", (self.heard[part] & second[part] & ~self.other[part] for part in every)),
                ("other", pieces(self.other)),
            ):
                yield from ([round(a / 100, 2), round(b / 100, 2), kind] for a, b in _closed(chunks, gap))

        gap = 30
        while True:  # five hours have thousands of short pauses: those that no chart could show are closed
            found = list(islice(all_of(gap), STRETCHES + 1))
            if len(found) <= STRETCHES:
                return sorted(found)
            gap *= 2


def first_pass(blocks: Iterable[np.ndarray]) -> FirstPass:
    """First pass over a stream of samples (float32 mono, 16 kHz), in bounded memory but for some bytes each 10 ms."""
    detector, meter, hertz = ActivityDetector(), voice_classifier.Accumulator(), SpooledArray(np.float16)
    listener = speaker_embedding.SpeakerEmbedder()
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
    heard = activity.speech
    spoken = Bitset.made(len(heard), lambda part: heard[part] & ~other[part])
    stretches = diarization.second_voice(listener.finish(), spoken)
    for begin, end in stretches:
        spoken[int(begin * 100) : int(end * 100)] = False
    return FirstPass(
        replace(activity, speech=spoken),
        hertz.values(),
        total,
        clipped / max(total, 1),
        heard,
        other,
        stretches,
        spectrum / sounding if sounding else np.full(MELS, np.nan),
    )


def _no_voice(rows: Frames, speech: Flags) -> Bitset:
    """Which frames of ``speech`` (bool, 10 ms) do not sound like a voice."""
    if not speech.any():
        return Bitset(len(speech))
    low = voice_classifier.voice_probability(rows) < voice_classifier.weights().threshold
    spoken = np.concatenate(
        [np.logical_or.reduceat(p, np.arange(0, len(p), voice_classifier.STEP)) for p in pieces(speech)]
    )
    low = np.pad(low, (0, max(0, len(spoken) - len(low))))[: len(spoken)]
    for first, last in runs(low):
        # at the edges of what sounds a step has little to go by: it goes with its neighbour
        if last - first < SHORTEST_OTHER and spoken[max(0, first - 1) : last + 1].sum() > spoken[first:last].sum():
            low[first:last] = False
    steps = PART // voice_classifier.STEP
    low = np.pad(low, (0, steps))  # what is left of the last step is none

    def silent(part: slice) -> np.ndarray:
        at = part.start // voice_classifier.STEP
        return speech[part] & np.repeat(low[at : at + steps], voice_classifier.STEP)[: part.stop - part.start]

    return Bitset.made(len(speech), silent)


def _closed(chunks: Iterable[np.ndarray], gap: int) -> Iterator[tuple[int, int]]:
    """Stretches of True; what is less than ``gap`` apart is one."""
    held: tuple[int, int] | None = None
    for first, last in each_run(chunks):
        if held and first - held[1] < gap:
            held = (held[0], last)
            continue
        if held:
            yield held
        held = (first, last)
    if held:
        yield held
