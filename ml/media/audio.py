"""A recording's sound as a stream of blocks, by timestamp, with silence where it has holes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np

from ml.media import channels
from ml.media.recordings import Recording, open_recording

#: A hole in the sound shorter than this (seconds) is rounding and jitter, not silence.
GAP = 0.1


def audio_blocks(path: str | Path, *, rate: int = 16000, seconds: float = 10.0) -> Iterator[np.ndarray]:
    """The sound as consecutive blocks of mono float32 samples in -1..1 at ``rate`` Hz, each ``seconds`` long
    but the last.

    Holes in the timestamps become silence, so that sample n is heard n / rate seconds after the recording's
    start. A recording without sound yields nothing. Raises MediaError as :func:`probe` does, on the first
    ``next()``.
    """
    size = max(1, round(rate * seconds))
    block, held = np.empty(size, np.float32), 0
    with open_recording(path) as recording:
        mix = _mix(path, recording)
        for samples in _samples(recording, rate, mix):
            while len(samples):
                taken = samples[: size - held]
                block[held : held + len(taken)] = taken
                samples, held = samples[len(taken) :], held + len(taken)
                if held == size:
                    yield _bounded(block)
                    block, held = np.empty(size, np.float32), 0
    if held:
        yield _bounded(block[:held].copy())


class Excerpts:
    """Excerpts of a stream of blocks whose starts never go back: holds what may still be asked for, and no more."""

    def __init__(self, blocks: Iterable[np.ndarray]):
        self._blocks, self._start, self._held = iter(blocks), 0, np.zeros(0, np.float32)

    def between(self, start: int, stop: int) -> np.ndarray:
        """Samples ``start`` to ``stop``, fewer at the stream's end."""
        while self._start + len(self._held) < stop:
            block = next(self._blocks, None)
            if block is None:
                break
            skipped = min(max(start - self._start, 0), len(self._held))
            self._held = np.concatenate([self._held[skipped:], np.asarray(block, np.float32)])
            self._start += skipped
        return self._held[start - self._start : stop - self._start]


def _bounded(block: np.ndarray) -> np.ndarray:
    """The block itself with every sample in -1..1; a decoder's NaN becomes 0."""
    np.nan_to_num(block, copy=False, nan=0.0)
    return np.clip(block, -1.0, 1.0, out=block)


def _mix(path: str | Path, recording: Recording) -> np.ndarray | None:
    """What each channel is multiplied with; None for a single channel.

    FFmpeg's own mean of two channels is 3 dB louder than either where they are alike, so that a loud one clips.
    """
    if recording.audio is None or recording.audio.codec_context.layout.nb_channels < 2:
        return None
    with open_recording(path) as again:
        return channels.weights(frame for _, frame in again.decode(again.audio))


def _samples(recording: Recording, rate: int, mix: np.ndarray | None = None) -> Iterator[np.ndarray]:
    """Resampled pieces of sound in order, with silence where the timestamps leave a hole.

    ``mix`` is what each channel is multiplied with, where there are several.
    """
    resampler: Any = None
    shape: tuple[str, str, int] | None = None
    clock = 0.0  # where in the recording the sound handed on so far ends
    for _, frame in recording.decode(recording.audio):
        time, length = recording.time_of(frame), frame.samples / frame.sample_rate
        time = clock if time is None else time
        if clock - time > GAP:
            continue  # heard already: overlapping packets, or priming before the start
        if time - clock > GAP or shape != (frame.format.name, frame.layout.name, frame.sample_rate):
            if resampler is not None:
                yield from _flat(resampler.resample(None))
            resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
            shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if time - clock > GAP:
            yield from _silence(round((time - clock) * rate))
            clock = time
        yield from _flat(resampler.resample(_mixed(frame, mix)))
        clock += length
    if resampler is not None:
        yield from _flat(resampler.resample(None))


def _mixed(frame: av.AudioFrame, mix: np.ndarray | None) -> av.AudioFrame:
    """A frame with its channels put together as ``mix`` says; itself where that is not for as many channels."""
    if mix is None or frame.layout.nb_channels != len(mix):
        return frame
    sound = (mix @ channels.planes(frame)).astype(np.float32)[None]
    mono = av.AudioFrame.from_ndarray(sound, format="fltp", layout="mono")
    mono.sample_rate, mono.pts, mono.time_base = frame.sample_rate, frame.pts, frame.time_base
    return mono


def _flat(frames) -> Iterator[np.ndarray]:
    for frame in frames:
        # a view of the frame's packed mono floats: to_ndarray costs more than the resampling
        yield np.frombuffer(frame.planes[0], np.float32, frame.samples)


def _silence(count: int) -> Iterator[np.ndarray]:
    while count > 0:
        yield np.zeros(min(count, 1 << 16), np.float32)
        count -= 1 << 16
