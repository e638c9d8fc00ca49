"""Recordings as bounded streams of frames and samples, by timestamp.

Browsers write WebM and Matroska without duration or index and with varying frame intervals, so nothing here
trusts a frame count or a frame rate. Times are seconds from the recording's start. A file is opened as a
Python file object with a demuxer chosen by :mod:`ml.containers`, so that what somebody uploaded can never
make FFmpeg open another file or address.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np

from ml.containers import cut_off, has_index, sniff
from ml.errors import MediaError

#: Neither side of a picture may be longer (pixels), nor a recording (seconds): beyond, it is a mistake or an
#: attack.
MAX_SIDE = 4096
MAX_SECONDS = 6 * 3600.0
#: A hole in the sound shorter than this (seconds) is rounding and jitter, not silence.
GAP = 0.1
_DECODERS = (
    "vp8,vp9,libdav1d,av1,h264,hevc,mpeg4,mjpeg,opus,vorbis,aac,mp3,mp3float,flac,alac,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8,pcm_mulaw,pcm_alaw"
)
_WEBM = {"vp8", "vp9", "av1", "opus", "vorbis"}
_MP4 = {"h264", "hevc", "av1", "vp9", "mpeg4", "aac", "mp3", "opus", "flac", "alac"}


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


@dataclass(frozen=True)
class Frame:
    """A picture: ``time`` in seconds from the recording's start, ``rgb`` uint8 (height, width, 3),
    upright."""

    time: float
    rgb: np.ndarray


class _Recording:
    """An open file with its first real video and first audio stream."""

    def __init__(self, container: av.container.InputContainer, path: Path, demuxer: str):
        self.container, self.path, self.demuxer = container, path, demuxer
        pictures = av.stream.Disposition.attached_pic  # a cover is no video
        videos = [s for s in container.streams.video if not s.disposition & pictures]
        self.video = next((s for s in videos if s.codec_context is not None), None)
        self.audio = next((s for s in container.streams.audio if s.codec_context is not None), None)
        self.origin = max(0.0, (container.start_time or 0) / av.time_base)
        if self.video is None and self.audio is None:
            raise _not_media(path)
        for stream in (self.video, self.audio):
            if stream is not None:
                stream.codec_context.thread_count = 1
        if self.video is not None:
            _check_size(self.video.codec_context.width, self.video.codec_context.height)

    def time_of(self, item) -> float | None:
        """Seconds from the recording's start of a frame or a packet; None where it has no timestamp."""
        if item.pts is None or item.time_base is None:
            return None
        time = float(item.pts * item.time_base) - self.origin
        if time > MAX_SECONDS:
            raise MediaError(
                "too_large",
                "The recording claims to be longer than six hours. Split it into shorter files and try again.",
            )
        return time

    def packets(self, *streams) -> Iterator[av.Packet]:
        """The packets of some streams, until the end or until nothing more can be read."""
        wanted = [stream for stream in streams if stream is not None]
        try:
            yield from self.container.demux(wanted) if wanted else ()
        except (av.FFmpegError, ValueError):
            return

    def decode(self, *streams) -> Iterator[tuple[av.stream.Stream, av.frame.Frame]]:
        """Decoded frames with their stream; packets that do not decode are left out."""
        for packet in self.packets(*streams):
            try:
                frames = packet.decode()
            except (av.FFmpegError, ValueError):
                continue
            for frame in frames:
                yield packet.stream, frame


def probe(path: str | Path) -> MediaInfo:
    """Say what a file is, without decoding.

    The length comes from the header, or where a browser wrote none from the last timestamps (the file is read
    through once, not decoded). Raises MediaError: ``missing``, ``empty``, ``not_media``, ``truncated``,
    ``too_large``.
    """
    with _open(path) as recording:
        info, container = _describe(recording), recording.container
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
    with _open(path) as recording:
        info = _describe(recording)
        first: dict[int, float] = {}
        last: dict[int, float] = {}
        count: dict[int, int] = {}
        end = 0.0
        for stream, frame in recording.decode(recording.video, recording.audio):
            time, key = recording.time_of(frame), stream.index
            if stream is recording.video:
                _check_size(frame.width, frame.height)
            if time is None:
                continue
            first.setdefault(key, time)
            last[key], count[key] = max(time, last.get(key, time)), count.get(key, 0) + 1
            end = max(end, time + _length(frame, stream is recording.video))
        if not count:
            raise _nothing_usable(recording.path) if info.truncated else _not_media(recording.path)
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


def video_frames(path: str | Path, *, fps: float, max_height: int | None = None) -> Iterator[Frame]:
    """Sample pictures at up to ``fps`` a second: the first frame at or after each multiple of 1/fps.

    Pictures are upright (phones write a rotation beside the picture) and scaled down to ``max_height`` pixels
    where they are higher; only sampled ones are converted. A recording without video yields nothing. Raises
    MediaError as :func:`probe` does, on the first ``next()``.
    """
    with _open(path) as recording:
        reformatter = av.video.reformatter.VideoReformatter()
        due = 0
        for _, frame in recording.decode(recording.video):
            time = recording.time_of(frame)
            # A thousandth of a frame of tolerance: WebM rounds its timestamps to milliseconds.
            if time is None or (time + 0.001) * fps < due:
                continue
            due = int((time + 0.001) * fps) + 1
            yield Frame(max(0.0, time), _upright(frame, reformatter, max_height))


def audio_blocks(path: str | Path, *, rate: int = 16000, seconds: float = 10.0) -> Iterator[np.ndarray]:
    """The sound as consecutive blocks of mono float32 samples in -1..1 at ``rate`` Hz, each ``seconds`` long
    but the last.

    Holes in the timestamps become silence, so that sample n is heard n / rate seconds after the recording's
    start. A recording without sound yields nothing. Raises MediaError as :func:`probe` does, on the first
    ``next()``.
    """
    size = max(1, round(rate * seconds))
    waiting: list[np.ndarray] = []
    held = 0
    with _open(path) as recording:
        for samples in _samples(recording, rate):
            while held + len(samples) >= size:
                waiting.append(samples[: size - held])
                samples = samples[size - held :]
                yield np.concatenate(waiting)
                waiting, held = [], 0
            if len(samples):
                waiting.append(samples)
                held += len(samples)
    if held:
        yield np.concatenate(waiting)


def playable_suffix(info: MediaInfo) -> str:
    """The container that browsers play these codecs from: ".webm" for VP8, VP9, AV1, Opus and Vorbis, else
    ".mp4".

    H.264 that a browser recorded as Matroska goes to mp4: no browser but Chromium plays Matroska.
    """
    codecs = {codec for codec in (info.video_codec, info.audio_codec) if codec}
    if info.container == "mov" and codecs <= _MP4:
        return ".mp4"
    return ".webm" if codecs <= _WEBM else ".mp4"


def remux(source: str | Path, target: str | Path) -> None:
    """Copy a recording's packets, without re-encoding, into a file with duration and index, written whole or
    not at all.

    ``target``'s suffix picks the container (see :func:`playable_suffix`): .webm with cues in front, .mp4 with
    its index in front, .mkv for anything else. Raises MediaError as :func:`probe` does, and ``not_media``
    where the container cannot hold the codecs.
    """
    target = Path(target)
    name, options = {
        ".webm": ("webm", {"cues_to_front": "1"}),
        ".mp4": ("mp4", {"movflags": "+faststart"}),
        ".mkv": ("matroska", {"cues_to_front": "1"}),
    }[target.suffix]
    with _open(source) as recording:
        handle, partial = tempfile.mkstemp(dir=target.parent, prefix=".remux-", suffix=target.suffix)
        os.close(handle)
        try:
            _copy_packets(recording, partial, name, options)
            os.replace(partial, target)
        except (av.FFmpegError, ValueError) as error:
            raise MediaError(
                "not_media",
                f"{Path(source).name} could not be copied into a {target.suffix} file. "
                "Record or export it as WebM or MP4.",
            ) from error
        finally:
            Path(partial).unlink(missing_ok=True)


@contextmanager
def _open(path: str | Path) -> Iterator[_Recording]:
    path = Path(path)
    if not path.exists():
        raise MediaError("missing", f"There is no file {path.name}. Check the path and try again.")
    if path.is_file() and path.stat().st_size == 0:
        raise MediaError(
            "empty", f"{path.name} is empty: nothing was recorded or uploaded. Record it or upload it again."
        )
    demuxer = sniff(path) if path.is_file() else None
    if demuxer is None:
        raise _not_media(path)
    if demuxer == "mov" and not has_index(path):
        raise _nothing_usable(path)
    options = {
        "codec_whitelist": _DECODERS,
        "protocol_whitelist": "none",
        "max_pixels": str(MAX_SIDE * MAX_SIDE),
    }
    with path.open("rb") as stream:
        try:
            container = av.open(stream, "r", format=demuxer, options=options, metadata_errors="replace")
        except (av.FFmpegError, ValueError) as error:
            raise (_nothing_usable(path) if cut_off(path, demuxer) else _not_media(path)) from error
        with container:
            yield _Recording(container, path, demuxer)


def _describe(recording: _Recording) -> MediaInfo:
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


def _codec(stream) -> str | None:
    return None if stream is None else {"libdav1d": "av1", "mp3float": "mp3"}.get(stream.name, stream.name)


def _length(frame, is_video: bool) -> float:
    """How long a decoded frame lasts in seconds; a picture without a duration counts as 1/25 s, at most one
    second."""
    if not is_video:
        return frame.samples / frame.sample_rate
    return min(1.0, float(frame.duration * frame.time_base)) if frame.duration else 0.04


def _check_size(width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE:
        raise MediaError(
            "too_large",
            f"The picture is {width} × {height} pixels; at most {MAX_SIDE} × {MAX_SIDE} are read. "
            "Export the video smaller.",
        )


def _upright(frame: av.VideoFrame, reformatter, max_height: int | None) -> np.ndarray:
    """Convert a frame to RGB, scaled down and turned as its display matrix says (degrees
    counter-clockwise)."""
    _check_size(frame.width, frame.height)
    turns = round((frame.rotation or 0) / 90) % 4
    shown = frame.width if turns % 2 else frame.height
    scale = min(1.0, max_height / shown) if max_height else 1.0
    width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    method = "AREA" if scale < 1 else "BILINEAR"
    rgb = reformatter.reformat(frame, width, height, "rgb24", interpolation=method).to_ndarray()
    return np.ascontiguousarray(np.rot90(rgb, turns)) if turns else rgb


def _samples(recording: _Recording, rate: int) -> Iterator[np.ndarray]:
    """Resampled pieces of sound in order, with silence where the timestamps leave a hole."""
    resampler, shape = None, None
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
        yield np.clip(np.nan_to_num(frame.to_ndarray().reshape(-1)), -1.0, 1.0).astype(np.float32)


def _silence(count: int) -> Iterator[np.ndarray]:
    while count > 0:
        yield np.zeros(min(count, 1 << 16), np.float32)
        count -= 1 << 16


def _copy_packets(recording: _Recording, target: str, name: str, options: dict[str, str]) -> None:
    with av.open(f"file:{target}", "w", format=name, options={**options, "avoid_negative_ts": "make_zero"}) as output:
        streams = [stream for stream in (recording.video, recording.audio) if stream is not None]
        copies = {stream.index: output.add_stream_from_template(stream) for stream in streams}
        latest: dict[int, int] = {}
        for packet in recording.packets(*streams):
            index = packet.stream.index
            # An empty packet only flushes decoders; a muxer refuses time that does not advance.
            if packet.dts is None or packet.dts <= latest.get(index, packet.dts - 1):
                continue
            latest[index] = packet.dts
            packet.stream = copies[index]
            output.mux(packet)


def _not_media(path: Path) -> MediaError:
    return MediaError(
        "not_media",
        f"{path.name} is not a recording that Viva can read. Use a WebM, MP4, Ogg, WAV, FLAC or MP3 file.",
    )


def _nothing_usable(path: Path) -> MediaError:
    return MediaError(
        "truncated",
        f"{path.name} was cut off before anything in it could be played. "
        "Upload the whole file again, or record it anew.",
    )
