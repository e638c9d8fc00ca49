"""Copy what browsers record into files that can be seeked: with a duration and an index, without re-encoding."""

from __future__ import annotations

import errno
import os
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av

from ml.core.errors import MediaError
from ml.core.names import shown_name
from ml.media import matroska_shape
from ml.media.geometry import squared
from ml.media.recordings import Recording, open_recording

#: Containers by suffix: FFmpeg's name, and options that put the index in front.
_CONTAINERS = {
    ".webm": ("webm", {"cues_to_front": "1"}),
    ".mp4": ("mp4", {"movflags": "+faststart"}),
    ".mkv": ("matroska", {"cues_to_front": "1"}),
}
#: How many pictures may be decoded before one whose place in the order of decoding is known (H.264 allows 16).
MOST_EARLY = 32
#: What a muxer fails of that is no fault of the recording's: the disk, and how much of it somebody may have.
_OURS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EMFILE}
_OURS |= {errno.ENFILE, errno.ENOENT, errno.ESTALE}


def remux(source: str | Path, target: str | Path) -> None:
    """Copy a recording's packets, without re-encoding, into a file with duration and index, written whole or
    not at all.

    ``target``'s suffix picks the container (see `ml.media.info.playable_suffix`): .webm with cues in front, .mp4 with
    its index in front, .mkv for anything else. Raises MediaError as `ml.media.info.probe` does, ``not_media`` where the
    container cannot hold the codecs, and ``mixed`` where the file holds recordings of different kinds.
    """
    with open_recording(source) as recording, Copy(recording, Path(target)) as copy:
        for own, packet in recording.stream_packets(recording.video, recording.audio):
            copy.add(own, packet)
        copy.finish()


def _shape_of(recording: Recording) -> tuple[int, int] | None:
    """(width, height) at which the recording's pictures are shown, where their pixels are not square."""
    if recording.video is None:
        return None
    size = recording.video.codec_context.width, recording.video.codec_context.height
    shown = squared(*size, recording.aspect)
    return None if shown == size else shown


class Copy:
    """A copy of an open recording that is being written to ``target``: a context manager that leaves nothing behind
    unless `finish` was called."""

    def __init__(self, recording: Recording, target: Path):
        self._recording, self._target = recording, target
        handle, self._partial = tempfile.mkstemp(
            dir=target.parent, prefix=f".remux-{target.stem}-", suffix=target.suffix
        )
        os.close(handle)
        self._latest: dict[int, Fraction] = {}
        self._early: dict[int, list[av.Packet]] = {}
        self._shape: tuple[int, int] | None = None
        self._error: Exception | None = None
        self._output: av.container.OutputContainer | None = None
        if not all(part.alike for part in recording.following):
            self._error = MediaError(
                "mixed",
                f"{shown_name(recording.path)} holds several recordings that were made differently, so they cannot be "
                "played as one. Record it again without a break, or upload one recording.",
            )
            return
        name, options = _CONTAINERS[target.suffix]
        try:
            self._output = av.open(f"file:{self._partial}", "w", format=name, options=options)
            streams = [stream for stream in (recording.video, recording.audio) if stream is not None]
            self._copies = {s.index: self._output.add_stream_from_template(s, opaque=True) for s in streams}
            self._shape = _shape_of(recording)
            if self._shape:
                self._note_shape(recording)
        except (av.FFmpegError, ValueError) as error:
            self._error = error

    def _note_shape(self, recording: Recording) -> None:
        """Have the copy say that its pixels are not square: MP4's writer asks the codec, WebM's can only be amended."""
        video: Any = self._copies[recording.video.index] if recording.video is not None else None
        video.codec_context.sample_aspect_ratio = recording.aspect
        if self._target.suffix != ".mp4":
            video.metadata["title"] = matroska_shape.PLACEHOLDER

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        Path(self._partial).unlink(missing_ok=True)

    def add(self, stream: av.stream.Stream, packet: av.Packet) -> None:
        """Write a packet of the recording's ``stream``, which is used up by that. What cannot be written is told by
        `finish`."""
        if self._error or self._output is None or not packet.size:  # an empty packet only flushes decoders
            return
        waiting = self._early.setdefault(stream.index, [])
        if packet.dts is None and len(waiting) < MOST_EARLY:
            waiting.append(packet)
            return
        self._write_early(stream.index, packet.dts)
        if packet.dts is not None:
            self._write(stream.index, packet)

    def _write_early(self, index: int, known: int | None) -> None:
        """Write the packets that came before the first whose place in the order of decoding is ``known``.

        Matroska says when a picture is shown, and not when it is decoded; where pictures are shown in another order,
        that shows only after some. The first of all is among them.
        """
        waiting = self._early.pop(index, [])
        for place, packet in enumerate(waiting):
            back = (len(waiting) - place) * int(packet.duration or 1)
            packet.dts = packet.pts if known is None else known - back
            if packet.dts is not None:
                self._write(index, packet)

    def _write(self, index: int, packet: Any) -> None:
        shift = round(self._recording.shift / packet.time_base)
        packet.pts, packet.dts = None if packet.pts is None else packet.pts - shift, packet.dts - shift
        moment = packet.dts * packet.time_base
        if self._output is None or moment <= self._latest.get(index, moment - 1):  # time must advance for a muxer
            return
        self._latest[index] = moment
        packet.stream = self._copies[index]
        try:
            self._output.mux(packet)
        except (av.FFmpegError, ValueError) as error:
            self._error = error

    def finish(self) -> Path:
        """Put the whole copy in its place. Raises MediaError (``not_media``, ``mixed``) where that cannot be, OSError
        and MemoryError where the disk or the memory fails us, which says nothing about the recording."""
        for index in list(self._early):
            self._write_early(index, None)
        self._close()
        if isinstance(self._error, MediaError | MemoryError):
            raise self._error
        if isinstance(self._error, OSError) and self._error.errno in _OURS:
            raise OSError(self._error.errno, os.strerror(self._error.errno)) from self._error
        if self._error:
            raise MediaError(
                "not_media",
                f"{shown_name(self._recording.path)} could not be copied into a {self._target.suffix} file. "
                "Record or export it as WebM or MP4.",
            ) from self._error
        if self._shape and self._target.suffix != ".mp4":
            matroska_shape.amend(Path(self._partial), *self._shape)
        os.replace(self._partial, self._target)
        return self._target

    def _close(self) -> None:
        if self._output is None:
            return
        try:
            self._output.close()
        except (av.FFmpegError, ValueError) as error:
            self._error = self._error or error
        self._output = None
