"""Recordings as bounded streams of frames and samples, by timestamp.

Browsers write WebM and Matroska without duration or index and with varying frame intervals, so nothing here
trusts a frame count or a frame rate. Times are seconds from the recording's start.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av
import numpy as np

from ml.media.containers import cut_off
from ml.media.pictures import Frame, Picture, pictures, turns, video_frames
from ml.media.recordings import Recording, check_size, not_media, nothing_usable, open_recording
from ml.media.remux import playable_suffix, remux

__all__ = [
    "Frame",
    "MediaInfo",
    "Picture",
    "audio_blocks",
    "pictures",
    "playable_suffix",
    "probe",
    "remux",
    "verify",
    "video_frames",
]

#: A hole in the sound shorter than this (seconds) is rounding and jitter, not silence.
GAP = 0.1


@dataclass(frozen=True)
class MediaInfo:
    """What a recording is. ``seconds`` is 0 where unknown; ``width`` and ``height`` are pixels as displayed
    (after rotation).

    ``fps`` is frames a second on average or None. ``truncated`` (set by :func:`verify`, and by :func:`probe`
    from the container's structure) says that the file stops before its announced end; ``seconds`` is then
    what there is.
    """

    container: str
    seconds: float
    has_video: bool
    has_audio: bool
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    truncated: bool = False


def probe(path: str | Path) -> MediaInfo:
    """Say what a file is, decoding one picture at most.

    The length comes from the header, or where a browser wrote none from the last timestamps (the file is read
    through once, not decoded). Raises MediaError: ``missing``, ``empty``, ``not_media``, ``truncated``,
    ``too_large``.
    """
    with open_recording(path) as recording:
        info, container = _describe(recording), recording.container
        # Phones turn their mp4; that is known once a picture is decoded, and mp4 can go back to its start.
        if info.has_video and recording.demuxer == "mov":
            info = _as_displayed(info, next((f for _, f in recording.decode(recording.video)), None))
            with contextlib.suppress(av.FFmpegError):
                container.seek(0)
        if container.duration:
            return replace(info, seconds=container.duration / av.time_base)
        end = 0.0
        for packet in recording.packets(recording.video, recording.audio):
            time = recording.time_of(packet)
            if time is not None:
                end = max(end, time + float((packet.duration or 0) * packet.time_base))
        return replace(info, seconds=end)


def verify(path: str | Path) -> MediaInfo:
    """Decode every picture and every sample, and say how much there really is.

    ``seconds`` and ``fps`` come from the decoded timestamps; ``truncated`` is True where the file stops
    inside an element that it announces or a second (and 2 %) before the duration in its header. A stream that
    does not decode at all counts as absent. Raises MediaError as :func:`probe` does, and ``not_media`` or
    ``truncated`` where nothing decodes.
    """
    with open_recording(path) as recording:
        info = _describe(recording)
        first: dict[int, float] = {}
        last: dict[int, float] = {}
        count: dict[int, int] = {}
        end = 0.0
        for stream, frame in recording.decode(recording.video, recording.audio):
            time, key = recording.time_of(frame), stream.index
            if stream is recording.video:
                check_size(frame.width, frame.height)
                if key not in count:
                    info = _as_displayed(info, frame)
            if time is None:
                continue
            first.setdefault(key, time)
            last[key], count[key] = max(time, last.get(key, time)), count.get(key, 0) + 1
            end = max(end, time + _length(frame, stream is recording.video))
        if not count:
            raise nothing_usable(recording.path) if info.truncated else not_media(recording.path)
        video, audio = (
            s.index if s is not None and s.index in count else None for s in (recording.video, recording.audio)
        )
        fps = None
        if video is not None and count[video] > 1 and last[video] > first[video]:
            fps = (count[video] - 1) / (last[video] - first[video])
        declared = (recording.container.duration or 0) / av.time_base
        info = replace(info, seconds=end, fps=fps, truncated=info.truncated or declared > end * 1.02 + 1.0)
        if video is None:
            info = replace(info, has_video=False, width=None, height=None, video_codec=None)
        return info if audio is not None else replace(info, has_audio=False, audio_codec=None)


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
        for samples in _samples(recording, rate):
            while len(samples):
                taken = samples[: size - held]
                block[held : held + len(taken)] = taken
                samples, held = samples[len(taken) :], held + len(taken)
                if held == size:
                    yield _bounded(block)
                    block, held = np.empty(size, np.float32), 0
    if held:
        yield _bounded(block[:held].copy())


def _bounded(block: np.ndarray) -> np.ndarray:
    """The block itself with every sample in -1..1; a decoder's NaN becomes 0."""
    np.nan_to_num(block, copy=False, nan=0.0)
    return np.clip(block, -1.0, 1.0, out=block)


def _describe(recording: Recording) -> MediaInfo:
    video, audio = recording.video, recording.audio
    width, height, fps = None, None, None
    if video is not None:
        width, height = video.codec_context.width, video.codec_context.height
        rate = float(video.average_rate or 0)
        fps = rate if 0 < rate <= 240 and recording.container.duration else None
    return MediaInfo(
        container=recording.demuxer,
        seconds=0.0,
        has_video=video is not None,
        has_audio=audio is not None,
        width=width,
        height=height,
        fps=fps,
        video_codec=_codec(video),
        audio_codec=_codec(audio),
        truncated=cut_off(recording.path, recording.demuxer),
    )


def _as_displayed(info: MediaInfo, frame: av.VideoFrame | None) -> MediaInfo:
    """Width and height after the rotation that is written beside the picture."""
    if frame is None:
        return info
    size = (frame.width, frame.height) if turns(frame) % 2 == 0 else (frame.height, frame.width)
    return replace(info, width=size[0], height=size[1])


def _codec(stream) -> str | None:
    return None if stream is None else {"libdav1d": "av1", "mp3float": "mp3"}.get(stream.name, stream.name)


def _length(frame, is_video: bool) -> float:
    """How long a decoded frame lasts in seconds; a picture without a duration counts as 1/25 s, at most one
    second."""
    if not is_video:
        return frame.samples / frame.sample_rate
    return min(1.0, float(frame.duration * frame.time_base)) if frame.duration else 0.04


def _samples(recording: Recording, rate: int) -> Iterator[np.ndarray]:
    """Resampled pieces of sound in order, with silence where the timestamps leave a hole."""
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
        yield from _flat(resampler.resample(frame))
        clock += length
    if resampler is not None:
        yield from _flat(resampler.resample(None))


def _flat(frames) -> Iterator[np.ndarray]:
    for frame in frames:
        # a view of the frame's packed mono floats: to_ndarray costs more than the resampling
        yield np.frombuffer(frame.planes[0], np.float32, frame.samples)


def _silence(count: int) -> Iterator[np.ndarray]:
    while count > 0:
        yield np.zeros(min(count, 1 << 16), np.float32)
        count -= 1 << 16
