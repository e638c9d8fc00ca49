"""What a recording is, said once: by its header and timestamps (`probe`), or by decoding all of it (`verify`).

Browsers write WebM and Matroska without duration or index and with varying frame intervals, so nothing here trusts a
frame count or a frame rate. Times are seconds from the recording's start.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from ml.core.errors import MediaError
from ml.media import channels
from ml.media.containers import cut_off
from ml.media.geometry import geometry, squared
from ml.media.pictures import luminance
from ml.media.recordings import Recording, check_size, not_media, nothing_usable, open_recording
from ml.media.remux import Copy, remux

#: A picture of which hardly anything is lighter than this (levels of 0..255) is black.
DARK = 24.0
_WEBM = {"vp8", "vp9", "av1", "opus", "vorbis"}
_MP4 = {"h264", "hevc", "av1", "vp9", "mpeg4", "aac", "mp3", "opus", "flac", "alac"}


@dataclass(frozen=True)
class MediaInfo:
    """What a recording is: made once, and passed on to whoever needs it.

    ``seconds`` is 0 where unknown; ``width`` and ``height`` are pixels as a player shows them.

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
    #: Nothing but darkness is seen, nothing at all is heard (set by :func:`verify`): a covered lens, a dead microphone.
    black: bool = False
    silent: bool = False


def playable_suffix(info: MediaInfo) -> str:
    """The container that browsers play these codecs from: ".webm" for VP8, VP9, AV1, Opus and Vorbis, else
    ".mp4".

    H.264 that a browser recorded as Matroska goes to mp4: no browser but Chromium plays Matroska.
    """
    codecs = {codec for codec in (info.video_codec, info.audio_codec) if codec}
    if info.container == "mov" and codecs <= _MP4:
        return ".mp4"
    return ".webm" if codecs <= _WEBM else ".mp4"


def probe(path: str | Path) -> MediaInfo:
    """Say what a file is, decoding one picture at most.

    The length comes from the header, or where a browser wrote none from the last timestamps (the file is read
    through once, not decoded). Raises MediaError: ``missing``, ``empty``, ``not_media``, ``truncated``,
    ``too_large``.
    """
    with open_recording(path) as recording:
        info, container = _describe(recording), recording.container
        # Phones turn their pictures: that is known once one is decoded. A browser's WebM cannot go back to its start.
        if info.has_video and recording.demuxer in ("mov", "matroska"):
            with open_recording(path) as again:
                first = next((frame for _, frame in again.decode(again.video)), None)
                info = _as_displayed(info, first, again.aspect)
        if container.duration and not recording.following:
            return replace(info, seconds=container.duration / av.time_base)
        end = 0.0
        for packet in recording.packets(recording.video, recording.audio):
            time = recording.time_of(packet)
            if time is not None:
                end = max(end, time + float((packet.duration or 0) * packet.time_base))
        return replace(info, seconds=end)


def verify(path: str | Path, *, pixels: float = math.inf, seconds: float = math.inf) -> MediaInfo:
    """Decode every picture and every sample, and say how much there really is.

    ``seconds`` and ``fps`` come from the decoded timestamps; ``truncated`` is True where the file stops
    inside an element that it announces or a second (and 2 %) before the duration in its header. A stream that
    does not decode at all counts as absent. Raises MediaError as :func:`probe` does, ``not_media`` or
    ``truncated`` where nothing decodes, ``too_large`` where there are more than ``pixels`` in all its pictures,
    and ``too_long`` where it lasts longer than ``seconds``.
    """
    with open_recording(path) as recording:
        return _verified(recording, pixels, seconds)


def verify_and_copy(
    path: str | Path, target: str | Path, *, pixels: float = math.inf, seconds: float = math.inf
) -> tuple[MediaInfo, Path]:
    """`verify` a recording and `remux` it in the same pass: what it is, and the copy that browsers can seek in.

    ``target`` is the copy's path without its suffix, which depends on what is in the recording. Nothing is left behind
    where this raises: MediaError as `verify` and `remux` do.
    """
    with open_recording(path) as recording:
        suffix = playable_suffix(_describe(recording))
        with Copy(recording, Path(f"{target}{suffix}")) as copy:
            info = _verified(recording, pixels, seconds, copy)
            if playable_suffix(info) == suffix:
                return info, copy.finish()
    # A stream that its header names does not decode, and the rest belongs into another container: seldom enough.
    other = Path(f"{target}{playable_suffix(info)}")
    remux(path, other)
    return info, other


def _verified(recording: Recording, pixels: float, seconds: float, copy: Copy | None = None) -> MediaInfo:
    info = _describe(recording)
    first: dict[int, float] = {}
    last: dict[int, float] = {}
    count: dict[int, int] = {}
    end = held = brightest = loudest = 0.0
    looked = -1.0
    for stream, frame in recording.decode(recording.video, recording.audio, each=copy.add if copy else None):
        time, key = recording.time_of(frame), stream.index
        if stream is recording.video:
            check_size(frame.width, frame.height)
            pixels -= frame.width * frame.height
            if pixels < 0:
                raise MediaError("too_large", "The recording has more and larger pictures than Viva reads.")
            if key not in count:
                info = _as_displayed(info, frame, recording.aspect)
        elif loudest <= channels.AUDIBLE:
            loudest = max(loudest, float(np.square(channels.planes(frame)).mean(1).max()))
        if time is None:
            continue
        if stream is recording.video and brightest < DARK and time >= looked + 0.5:
            looked, brightest = time, max(brightest, luminance(frame))
        first.setdefault(key, time)
        last[key], count[key] = max(time, last.get(key, time)), count.get(key, 0) + 1
        end = max(end, time + _length(frame, stream is recording.video))
        if end > seconds:
            raise MediaError("too_long", f"The recording is longer than the {seconds:.0f} seconds that it may be.")
        if frame.duration:  # a last picture may be held for long: that is how the file means it
            held = max(held, time + float(frame.duration * frame.time_base))
    if not count:
        raise nothing_usable(recording.path) if info.truncated else not_media(recording.path)
    video, audio = (s.index if s is not None and s.index in count else None for s in (recording.video, recording.audio))
    fps = None
    if video is not None and count[video] > 1 and last[video] > first[video]:
        fps = (count[video] - 1) / (last[video] - first[video])
    declared = (recording.container.duration or 0) / av.time_base
    end = max(end, min(held, declared))
    info = replace(info, seconds=end, fps=fps, truncated=info.truncated or declared > end * 1.02 + 1.0)
    info = replace(
        info,
        black=video is not None and brightest < DARK,
        silent=audio is not None and loudest <= channels.AUDIBLE,
    )
    if video is None:
        info = replace(info, has_video=False, width=None, height=None, video_codec=None)
    return info if audio is not None else replace(info, has_audio=False, audio_codec=None)


def _describe(recording: Recording) -> MediaInfo:
    video, audio = recording.video, recording.audio
    width, height, fps = None, None, None
    if video is not None:
        width, height = squared(video.codec_context.width, video.codec_context.height, recording.aspect)
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


def _as_displayed(info: MediaInfo, frame: av.VideoFrame | None, aspect: Fraction | None) -> MediaInfo:
    """Width and height as a player shows them: with square pixels, turned as it is written beside the picture."""
    if frame is None:
        return info
    width, height = geometry(frame, aspect).shown
    return replace(info, width=width, height=height)


def _codec(stream) -> str | None:
    return None if stream is None else {"libdav1d": "av1", "mp3float": "mp3"}.get(stream.name, stream.name)


def _length(frame, is_video: bool) -> float:
    """How long a decoded frame lasts in seconds; a picture without a duration counts as 1/25 s, at most one
    second."""
    if not is_video:
        return frame.samples / frame.sample_rate
    return min(1.0, float(frame.duration * frame.time_base)) if frame.duration else 0.04
