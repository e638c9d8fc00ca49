"""Copy what browsers record into files that can be seeked: with a duration and an index, without re-encoding."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Self

import av

from ml.core.errors import MediaError
from ml.media.recordings import Recording, open_recording

#: Containers by suffix: FFmpeg's name, and options that put the index in front.
_CONTAINERS = {
    ".webm": ("webm", {"cues_to_front": "1"}),
    ".mp4": ("mp4", {"movflags": "+faststart"}),
    ".mkv": ("matroska", {"cues_to_front": "1"}),
}


def remux(source: str | Path, target: str | Path) -> None:
    """Copy a recording's packets, without re-encoding, into a file with duration and index, written whole or
    not at all.

    ``target``'s suffix picks the container (see :func:`ml.media.info.playable_suffix`): .webm with cues in front, .mp4
    with its index in front, .mkv for anything else. Raises MediaError as :func:`ml.media.info.probe` does, and
    ``not_media`` where the container cannot hold the codecs.
    """
    with open_recording(source) as recording, Copy(recording, Path(target)) as copy:
        for packet in recording.packets(recording.video, recording.audio):
            copy.add(packet)
        copy.finish()


class Copy:
    """A copy of an open recording that is being written to ``target``: a context manager that leaves nothing behind
    unless `finish` was called."""

    def __init__(self, recording: Recording, target: Path):
        self._origin, self._source, self._target = recording.origin, recording.path, target
        handle, self._partial = tempfile.mkstemp(dir=target.parent, prefix=".remux-", suffix=target.suffix)
        os.close(handle)
        self._latest: dict[int, int] = {}
        self._error: Exception | None = None
        self._output: av.container.OutputContainer | None = None
        name, options = _CONTAINERS[target.suffix]
        try:
            self._output = av.open(f"file:{self._partial}", "w", format=name, options=options)
            streams = [stream for stream in (recording.video, recording.audio) if stream is not None]
            self._copies = {s.index: self._output.add_stream_from_template(s, opaque=True) for s in streams}
        except (av.FFmpegError, ValueError) as error:
            self._error = error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        Path(self._partial).unlink(missing_ok=True)

    def add(self, packet: av.Packet) -> None:
        """Write a packet, which is used up by that. What cannot be written is told by `finish`."""
        index, dts = packet.stream.index, packet.dts
        # An empty packet only flushes decoders; a muxer refuses time that does not advance.
        if self._error or self._output is None or dts is None or dts <= self._latest.get(index, dts - 1):
            return
        self._latest[index] = dts
        shift = round(self._origin / packet.time_base)
        packet.pts, packet.dts = None if packet.pts is None else packet.pts - shift, dts - shift
        packet.stream = self._copies[index]
        try:
            self._output.mux(packet)
        except (av.FFmpegError, ValueError) as error:
            self._error = error

    def finish(self) -> Path:
        """Put the whole copy in its place. Raises MediaError (``not_media``) where the container cannot hold it."""
        self._close()
        if self._error:
            raise MediaError(
                "not_media",
                f"{self._source.name} could not be copied into a {self._target.suffix} file. "
                "Record or export it as WebM or MP4.",
            ) from self._error
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
