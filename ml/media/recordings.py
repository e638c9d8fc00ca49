"""An open recording: which streams count, where its time begins, and what is refused.

A file is opened as a Python file object with a demuxer chosen by :mod:`ml.media.containers`, so that what somebody
uploaded can never make FFmpeg open another file or address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av

from ml.core.errors import MediaError
from ml.media.containers import cut_off, has_index, sniff

#: Neither side of a picture may be longer (pixels), nor a recording (seconds): beyond, it is a mistake or an
#: attack.
MAX_SIDE = 4096
MAX_SECONDS = 6 * 3600.0
_DECODERS = (
    "vp8,vp9,libdav1d,av1,h264,hevc,mpeg4,mjpeg,opus,vorbis,aac,mp3,mp3float,flac,alac,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8,pcm_mulaw,pcm_alaw"
)


class Recording:
    """An open file with its first real video and first audio stream."""

    def __init__(self, container: av.container.InputContainer, path: Path, demuxer: str):
        self.container, self.path, self.demuxer = container, path, demuxer
        pictures = av.stream.Disposition.attached_pic  # a cover is no video
        videos = [s for s in container.streams.video if not s.disposition & pictures]
        self.video = next((s for s in videos if s.codec_context is not None), None)
        self.audio = next((s for s in container.streams.audio if s.codec_context is not None), None)
        self.origin = max(0.0, (container.start_time or 0) / av.time_base)
        if self.video is None and self.audio is None:
            raise not_media(path)
        for stream in (self.video, self.audio):
            if stream is not None:
                stream.codec_context.thread_count = 1
        if self.video is not None:
            check_size(self.video.codec_context.width, self.video.codec_context.height)

    def time_of(self, item) -> float | None:
        """Seconds from the recording's start of a frame or a packet; None where it has no timestamp."""
        if item.pts is None or item.time_base is None:
            return None
        base = item.time_base  # two whole numbers: their quotient is exact, and dearer as a fraction
        time = item.pts * base.numerator / base.denominator - self.origin
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

    def decode(self, *streams) -> Iterator[tuple[av.stream.Stream, Any]]:
        """Decoded frames (`av.VideoFrame`, `av.AudioFrame`) with their stream; packets that fail are left out."""
        for packet in self.packets(*streams):
            try:
                frames = packet.decode()
            except (av.FFmpegError, ValueError):
                continue
            for frame in frames:
                yield packet.stream, frame


@contextmanager
def open_recording(path: str | Path) -> Iterator[Recording]:
    """A recording, open while the context lasts.

    Raises MediaError: ``missing``, ``empty``, ``not_media``, ``truncated``.
    """
    path = Path(path)
    if not path.exists():
        raise MediaError("missing", f"There is no file {path.name}. Check the path and try again.")
    if path.is_file() and path.stat().st_size == 0:
        raise MediaError(
            "empty", f"{path.name} is empty: nothing was recorded or uploaded. Record it or upload it again."
        )
    if path.is_dir():
        raise MediaError("not_media", f"{path.name or path} is a folder. Name a recording in it.")
    demuxer = sniff(path) if path.is_file() else None
    if demuxer is None:
        raise not_media(path)
    if demuxer == "mov" and not has_index(path):
        raise nothing_usable(path)
    options = {
        "codec_whitelist": _DECODERS,
        "protocol_whitelist": "none",
        "max_pixels": str(MAX_SIDE * MAX_SIDE),
    }
    with path.open("rb") as stream:
        try:
            container = av.open(stream, "r", format=demuxer, options=options, metadata_errors="replace")
        except (av.FFmpegError, ValueError) as error:
            raise (nothing_usable(path) if cut_off(path, demuxer) else not_media(path)) from error
        with container:
            yield Recording(container, path, demuxer)


def check_size(width: int, height: int) -> None:
    """Raises MediaError (``too_large``) where a picture of ``width`` x ``height`` pixels is too large to decode."""
    if max(width, height) > MAX_SIDE:
        raise MediaError(
            "too_large",
            f"The picture is {width} × {height} pixels; at most {MAX_SIDE} × {MAX_SIDE} are read. "
            "Export the video smaller.",
        )


def not_media(path: Path) -> MediaError:
    """The error for a file that is no recording."""
    return MediaError(
        "not_media",
        f"{path.name} is not a recording that Viva can read. Use a WebM, MP4, Ogg, WAV, FLAC or MP3 file.",
    )


def nothing_usable(path: Path) -> MediaError:
    """The error for a file of which nothing decodes."""
    return MediaError(
        "truncated",
        f"{path.name} was cut off before anything in it could be played. "
        "Upload the whole file again, or record it anew.",
    )
