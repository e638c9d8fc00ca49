"""Plain facts of delivery: pitch, syllables, pauses, loudness. Measured, not learnt; nothing about feelings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ml.speech.activity import LEVELS_DB, Activity
from ml.speech.bitset import Flags
from ml.speech.features import HOP, RATE
from ml.speech.pitch import Search
from ml.speech.spooled_array import Frames, StreamingQuantiles, parts

PITCH_FRAME = 800  # samples, 50 ms: three periods of the lowest pitch
LOWEST_PITCH, HIGHEST_PITCH = 65.0, 500.0  # Hz
_SEARCH = Search(rate=RATE, frame=PITCH_FRAME, fft=1080, lowest=LOWEST_PITCH, highest=HIGHEST_PITCH, voiced=0.5)
SHORTEST_PAUSE = 0.3  # s
#: De Jong and Wempe ask for 2 dB; with our smoothing 1.5 counts RAVDESS's and nEMO's known syllables best together.
SYLLABLE_DIP_DB, SYLLABLE_RANGE_DB = 1.5, 25.0
FRAMES_A_SECOND = RATE / HOP
#: A pitch frame reads 50 ms and stands in their middle, two frames of 10 ms after its start.
LATE = (PITCH_FRAME // 2) // HOP


def pitch(samples: np.ndarray) -> np.ndarray:
    """Fundamental frequency in Hz per 10 ms frame, NaN where unvoiced, float32.

    Between 65 and 500 Hz (`pitch.Search`). Frame ``i`` reads samples ``HOP * i`` to ``HOP * i + PITCH_FRAME``.
    """
    if samples.size < PITCH_FRAME:
        return np.zeros(0, np.float32)
    hertz, _, voiced = _SEARCH.run(np.asarray(samples, np.float32), HOP)
    return np.where(voiced, hertz, np.nan).astype(np.float32)


def tallied(hertz: np.ndarray) -> StreamingQuantiles:
    """Pitches in Hz (N,), counted; NaN is not."""
    tally = StreamingQuantiles(0.0, HIGHEST_PITCH + 20)
    tally.add(hertz)
    return tally


def plausible(hertz: StreamingQuantiles) -> StreamingQuantiles:
    """Voiced values without octave errors: within 0.75 of the lower and 1.5 of the upper quartile (De Looze & Hirst,
    2008)."""
    low, high = hertz.percentiles(25, 75)
    return hertz.within(0.75 * low, 1.5 * high)


_WINDOW = np.hanning(9)[1:-1] / np.hanning(9)[1:-1].sum()
_REACH = len(_WINDOW) // 2


def intensity(decibels: Frames, part: slice | None = None) -> np.ndarray:
    """Levels per 10 ms frame (dB, float32) smoothed over 70 ms of power: a single glottal pulse makes no peak.

    Of all frames or of those of ``part``, which its neighbours smooth too.
    """
    start, stop = (0, len(decibels)) if part is None else (part.start, part.stop)
    first = max(0, start - _REACH)
    power = 10 ** (decibels[first : stop + _REACH].astype(np.float64) / 10)
    if not power.size:
        return np.zeros(0, np.float32)
    smooth = 10 * np.log10(np.convolve(power, _WINDOW, mode="full")[_REACH:] + 1e-10)
    return smooth[start - first : stop - first].astype(np.float32)


class Syllables:
    """Counts syllable nuclei: intensity peaks above a threshold, voiced, parted by dips of at least SYLLABLE_DIP_DB
    (after De Jong & Wempe, 2009). Fed part by part, it counts as over the whole."""

    def __init__(self, threshold: float):
        self.count = 0
        self._threshold = threshold
        self._open = self._spoken = False
        self._height, self._lowest = -np.inf, np.inf

    def feed(self, levels: np.ndarray, speech: np.ndarray, voiced: np.ndarray, first: int, last: int) -> None:
        """Take frames ``first`` to ``last`` of ``levels`` (dB, from `intensity`), ``speech`` and ``voiced`` (bool), all
        of one length; what stands before and after them is their neighbourhood."""
        before, after = max(first, 1), min(last, len(levels) - 1)
        inner = levels[before:after]
        rising = (inner > levels[before - 1 : after - 1]) & (inner >= levels[before + 1 : after + 1])
        previous = first
        for peak in (before + np.flatnonzero(rising & (inner > self._threshold))).tolist():
            self._lowest = min(self._lowest, float(levels[previous : peak + 1].min()))
            previous = peak
            height = float(levels[peak])
            if not self._open or min(height, self._height) - self._lowest >= SYLLABLE_DIP_DB:
                self.finish()
            elif height <= self._height:
                continue  # still the same nucleus, falling
            self._open, self._height, self._lowest = True, height, np.inf
            self._spoken = bool(speech[max(0, peak - 3) : peak + 4].any() and voiced[max(0, peak - 2) : peak + 3].any())
        if previous < last:
            self._lowest = min(self._lowest, float(levels[previous:last].min()))

    def finish(self) -> int:
        """Close the last nucleus; returns how many there were."""
        self.count += self._open and self._spoken
        self._open = False
        return self.count


def facts(activity: Activity, hertz: Frames, heard: Flags | None = None) -> dict[str, float | int | None]:
    """The ``delivery`` of a SpeechReading. ``heard`` (bool, 10 ms) is where anybody speaks or anything else sounds.

    ``speech_share`` is of the time from the first word to the last, others' turns left out. ``syllables_per_second``
    counts seconds of speech without pauses; ``pitch_range_semitones`` reaches from the 5th to the 95th percentile of
    voiced frames. ``loudness_rise_db`` is how far the loud moments (95th percentile) stand above the median of voiced
    frames. (The range from the 10th percentile up, ``loudness_range_db`` in older readings, was mostly where voicing is
    said to begin and end: two ways to tell agree at r 0.3 to 0.7.) How far each agrees with
    Praat: ``./viva bench delivery``.
    """
    speech = activity.speech
    pauses, others = [], 0.0
    for (_, start), (end, _) in pairwise(activity.each_segment()):
        gap = (end - start) / FRAMES_A_SECOND
        if heard is not None and heard[start:end].mean() >= 0.3:
            others += gap  # somebody else's turn is no pause
        elif gap > SHORTEST_PAUSE:
            pauses.append(gap)
    # Of voiced frames alone: how far speech falls between its syllables is the room's and the pause's doing.
    pitches, spoken_levels, toned = tallied(np.zeros(0)), StreamingQuantiles(*LEVELS_DB), StreamingQuantiles(*LEVELS_DB)
    for part in parts(len(speech)):
        levels, tone = intensity(activity.decibels, part), _aligned(hertz, part)
        pitches.add(tone[speech[part]])
        spoken_levels.add(levels[speech[part]])
        toned.add(levels[speech[part] & np.isfinite(tone)])
    voiced = plausible(pitches)
    enough, enough_voiced, enough_toned = activity.seconds >= 1, len(voiced) >= 50, len(toned) >= 50
    low, median, high = voiced.percentiles(5, 50, 95)
    middle, loud = toned.percentiles(50, 95)
    count = _syllables(activity, hertz, spoken_levels.percentiles(99)[0] - SYLLABLE_RANGE_DB)
    # Silence before the first and after the last word is no pause: an answer begins when somebody begins to speak.
    bounds = activity.bounds(0, len(speech))
    spoken = (bounds[1] - bounds[0]) / FRAMES_A_SECOND - others if bounds else 0.0
    return {
        "speech_share": round(activity.seconds / spoken, 3) if spoken else None,
        "pause_count": len(pauses),
        "mean_pause_seconds": round(float(np.mean(pauses)), 2) if pauses else None,
        "pauses_per_minute": round(60 * len(pauses) / spoken, 1) if spoken >= 10 else None,
        "longest_pause_seconds": round(max(pauses), 2) if pauses else None,
        "syllables_per_second": round(count / activity.seconds, 2) if enough else None,
        "pitch_median_hz": round(median, 1) if enough_voiced else None,
        "pitch_range_semitones": round(12 * float(np.log2(high / low)), 1) if enough_voiced else None,
        "loudness_rise_db": round(loud - middle, 1) if enough_toned else None,
    }


def _aligned(hertz: Frames, part: slice) -> np.ndarray:
    """The pitch of the frames of ``part``, each in the middle of what was read for it (float32, NaN where unvoiced)."""
    found = np.full(part.stop - part.start, np.nan, np.float32)
    known = hertz[max(0, part.start - LATE) : max(0, part.stop - LATE)]
    first = max(0, LATE - part.start)
    found[first : first + len(known)] = known
    return found


def _syllables(activity: Activity, hertz: Frames, threshold: float) -> int:
    counter, length, reach = Syllables(threshold), len(activity.speech), 4
    for part in parts(length):
        wide = slice(max(0, part.start - reach), min(length, part.stop + reach))
        counter.feed(
            intensity(activity.decibels, wide),
            activity.speech[wide],
            np.isfinite(_aligned(hertz, wide)),
            part.start - wide.start,
            part.stop - wide.start,
        )
    return counter.finish()
