"""Read a voice: which of eight acted emotions its expression resembles over time, and plain facts of delivery.

The recording is streamed twice, first for where there is speech, then for what it sounds like; no more of it is held in
memory than ten seconds of sound, some bits for each 10 ms, and the reading.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry
from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.errors import Unreadable
from ml.core.messages import N_
from ml.core.naming import leader
from ml.core.readings import Estimate, SpeechReading, Track
from ml.core.statistics import block_bootstrap
from ml.media.audio import Excerpts
from ml.media.demux import MediaInfo, audio_blocks, probe
from ml.speech import delivery, quality
from ml.speech.activity import Activity
from ml.speech.bitset import Flags
from ml.speech.classifier import Models, abstains, opened, probabilities, shipped
from ml.speech.decoded import Decoded
from ml.speech.features import (
    FFT,
    HOP,
    RATE,
    WINDOW_HOP_SECONDS,
    WINDOW_SECONDS,
    seconds_to_frames,
    window_starts,
    without_pauses,
)
from ml.speech.first_pass import FirstPass, first_pass

ENOUGH_SPEECH = 60  # frames of speech that a window needs: 0.6 s
LITTLE_SPEECH = 10.0  # s; below, a warning
HARDLY = 0.1  # share of the speech; where less is told, it is said why
CLEAR_WINDOWS = 3  # independent windows that a dominant emotion needs at least

Opener = Callable[[], Iterable[np.ndarray]]


def voice_windows(blocks: Iterable[np.ndarray], activity: Activity) -> Iterator[tuple[float, np.ndarray | None]]:
    """Second pass: (centre in seconds, samples or None where there is too little speech) of each window.

    Windows run from the first speech to the last. Each is cut to its own first and last speech frame and its pauses are
    shortened, as were the clips that the models learnt from.
    """
    bounds = activity.bounds(0, len(activity.speech))
    if bounds is None:
        return
    first, last = bounds
    size = seconds_to_frames(WINDOW_SECONDS)
    stream = Excerpts(blocks)
    for start in window_starts(last - first):
        start, stop = first + start, min(first + start + size, last)
        time = (start + stop) / 2 * HOP / RATE
        inside = activity.bounds(start, stop)
        if inside is None or activity.speech[start:stop].sum() < ENOUGH_SPEECH:
            yield time, None
        else:
            said = stream.between(inside[0] * HOP, inside[1] * HOP + FFT - HOP)
            yield time, without_pauses(said, activity.speech[inside[0] : inside[1]])


def read(
    path: str | Path, *, info: MediaInfo | None = None, progress: Callable[[float], None] | None = None
) -> SpeechReading:
    """Read the voice in a recording.

    ``info`` is what `probe` said of it, where the caller has asked already; ``progress`` is called with 0..1. The same
    file gives the same reading. Raises Unreadable (``no_audio``, ``no_voice``, ``silence``), MediaError for a file that
    does not decode and ModelMissing.
    """
    info = info or probe(path)
    if not info.has_audio:
        raise Unreadable(
            "no_audio",
            N_("The recording has no sound. Allow the browser to use the microphone and record the answer again."),
        )
    opened()  # say so early if the model is missing

    def reported(blocks: Iterable[np.ndarray], begin: float) -> Iterator[np.ndarray]:
        done = 0
        for block in blocks:
            yield block
            done += len(block)
            if progress and info.seconds:
                progress(begin + 0.5 * min(done / RATE / info.seconds, 1.0))

    with Decoded(lambda: audio_blocks(path, rate=RATE)) as sound:
        reading = read_samples(lambda: reported(sound.blocks(), 0.0), lambda: reported(sound.blocks(), 0.5))
    if progress:
        progress(1.0)
    return reading


def read_samples(opener: Opener, again: Opener | None = None, models: Models | None = None) -> SpeechReading:
    """`read` for sound that is decoded already; ``opener``, and ``again`` for the second pass, each
    give the same stream of float32 mono blocks at 16 kHz. ``models`` are others than those shipped."""
    found = first_pass(opener())
    activity = found.activity
    too_little = activity.speech.sum() < ENOUGH_SPEECH
    if too_little and (found.other.sum() >= ENOUGH_SPEECH or quality.sounds((again or opener)())):
        raise Unreadable(
            "no_voice",
            N_(
                "There is sound in the recording, but nobody can be heard to speak: it sounds like music, an "
                "animal or a "
                "machine. Check that the right microphone is chosen, and record the answer again."
            ),
        )
    if too_little:
        raise Unreadable(
            "silence",
            N_(
                "No speech can be heard in the recording. Check that the right microphone is chosen and not muted, and "
                "record the answer again."
            ),
        )
    models, nothing = models or opened(), [np.nan] * len(SPEECH_EMOTIONS)
    times, values = array("d"), array("d")  # lists of hours weigh four times as much: they are made last
    for time, window in voice_windows((again or opener)(), activity):
        times.append(round(time, 2))
        values.extend(nothing if window is None else [round(float(p), 5) for p in probabilities(window, models)])
    rows = np.frombuffer(values).reshape(-1, len(SPEECH_EMOTIONS))
    readable = rows[np.isfinite(rows[:, 0])]
    sound = quality.facts(activity, found.heard, found.clipped, found.spectrum)
    card, sure = shipped(), _sure(activity.speech, times, rows)
    told = np.array([not abstains(row, card) for row in readable], bool)
    return SpeechReading(
        model=registry.version_of("speech"),
        coverage=len(readable) / max(len(rows), 1),
        warnings=_warnings(found, sound, sure),
        seconds=found.samples / RATE,
        speech_seconds=round(activity.seconds, 2),
        window_seconds=WINDOW_SECONDS,
        distribution=distribution(readable),
        dominant=dominant(readable, told),
        delivery=delivery.facts(activity, found.hertz, found.heard),
        activity=found.stretches(),
        quality=sound,
        sure_seconds=round(sure * HOP / RATE, 2),
        track=Track(SPEECH_EMOTIONS, times.tolist(), [None if np.isnan(row[0]) else row.tolist() for row in rows]),
        second_voice=[[round(start, 1), round(min(end, found.samples / RATE), 1)] for start, end in found.second_voice],
    )


def _sure(speech: Flags, times: Sequence[float], rows: np.ndarray) -> int:
    """Frames of speech whose nearest window is named: its row of probabilities is sure enough, and not NaN."""
    card = shipped()
    middles = ((a + b) / 2 for a, b in pairwise(times))
    # a frame in the middle between two windows goes with the first
    edges = chain([0], (int(middle * RATE / HOP + 1e-6) + 1 for middle in middles), [len(speech)])
    return sum(
        int(speech[a:b].sum())
        for (a, b), row in zip(pairwise(edges), rows, strict=True)
        if not np.isnan(row[0]) and not abstains(row, card)
    )


def _independent(count: int) -> int:
    """How many windows that do not overlap are among ``count``."""
    return -(-count * round(WINDOW_HOP_SECONDS * 100) // round(WINDOW_SECONDS * 100))


#: Windows drawn together in the bootstrap: two that overlap and their next neighbours.
_BLOCK = 2 * round(WINDOW_SECONDS / WINDOW_HOP_SECONDS)


def distribution(rows: np.ndarray) -> dict[str, Estimate]:
    """Mean probability of each emotion over windows (N, 8) with its 95 % interval; {} where there is no row."""
    if not len(rows):
        return {}
    low, high = block_bootstrap(rows, _BLOCK)
    mean, count = rows.mean(axis=0), _independent(len(rows))
    return {
        label: Estimate(float(mean[k]), float(low[k]), float(high[k]), count) for k, label in enumerate(SPEECH_EMOTIONS)
    }


def dominant(rows: np.ndarray, told: np.ndarray | None = None) -> str | None:
    """The emotion whose lead over each other one is more than chance (the interval of the difference is above 0); None
    where there is none, or fewer than CLEAR_WINDOWS independent windows of those that are ``told`` (N,; bool): many
    doubtful ones make no sure one."""
    if _independent(len(rows) if told is None else int(told.sum())) < CLEAR_WINDOWS:
        return None
    best = leader(rows, _BLOCK)
    return None if best is None else SPEECH_EMOTIONS[best]


def _error_rate() -> float | None:
    """How often the guess at a second voice was wrong when it was measured, from ``second.json``; None where it says
    nothing."""
    return registry.describe("second")["figures"].get("mild", {}).get("alone", {}).get("all", {}).get("share")


def _warnings(found: FirstPass, sound: dict[str, Any], sure: int) -> list[str]:
    activity = found.activity
    messages = []
    if activity.seconds < LITTLE_SPEECH:
        messages.append(
            N_("There are only %(seconds)s seconds of speech; from so little the figures are rough.")
            % {"seconds": f"{activity.seconds:.1f}"}
        )
    if found.second_voice:
        share = _error_rate()
        alone = N_(
            "Perhaps a second voice can be heard. Where it seems to speak nothing was read: the voice that speaks most "
            "is taken for the candidate's. This is a guess from the sound of the voices, so listen."
        )
        measured = N_(
            "Perhaps a second voice can be heard. Where it seems to speak nothing was read: the voice that speaks most "
            "is taken for the candidate's. This is a guess from the sound of the voices, so listen. Of recordings of "
            "one person who spoke calmly %(share)s in 100 were taken for two people's when this was tested, and more "
            "where feelings ran high."
        )
        messages.append(alone if share is None else measured % {"share": f"{100 * share:.0f}"})
    if sure < HARDLY * activity.speech.sum():
        messages.append(
            N_(
                "There is not enough to tell an emotion from this voice: it sounds unlike the actors that the model "
                "has learnt from, who spoke English and Polish, or like several emotions at once. Most recordings "
                "outside a studio do."
            )
        )
    other = float(found.other.sum()) * HOP / RATE
    if other >= 1:
        messages.append(
            N_(
                "For %(other)s seconds something sounds that is probably no voice: music, an animal or a "
                "machine. They were left out."
            )
            % {"other": f"{other:.0f}"}
        )
    return messages + quality.warnings(sound)
