"""An open recording: which streams count, where its time begins, and what is refused.

A file is opened as a Python file object with a demuxer chosen by :mod:`ml.media.containers`, so that what somebody
uploaded can never make FFmpeg open another file or address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av

from ml.core.errors import MediaError
from ml.core.names import shown_name
from ml.media import channels
from ml.media.claims import check_claims
from ml.media.containers import cut_off, has_index, sniff
from ml.media.parts import Part, find_parts

#: Neither side of a picture may be longer (pixels), nor a recording (seconds): beyond, it is a mistake or an
#: attack.
MAX_SIDE = 4096
MAX_SECONDS = 6 * 3600.0
_DECODERS = (
    "vp8,vp9,libdav1d,av1,h264,hevc,mpeg4,mjpeg,opus,vorbis,aac,mp3,mp3float,flac,alac,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8,pcm_mulaw,pcm_alaw"
)


class Later(NamedTuple):
    """A further recording in the same file: its first byte, its end, when it begins (s), and whether its packets can
    follow the first's in one copy: the codecs are the same and were set up alike."""

    start: int
    end: int
    begins: float
    alike: bool


class Recording:
    """An open file with its first real video and first audio stream.

    Where the file holds several recordings, ``following`` are the parts after this first one: their packets and frames
    come after its own, under its streams, with times that go on from its end.
    """

    def __init__(
        self,
        container: av.container.InputContainer,
        path: Path,
        demuxer: str,
        following: Sequence[Later] = (),
        track: int = 0,
    ):
        self.container, self.path, self.demuxer, self.following = container, path, demuxer, following
        self._origin_now: float | None = None  # of the part whose packets are being read, where it is a later one
        pictures = av.stream.Disposition.attached_pic  # a cover is no video
        videos = [s for s in container.streams.video if not s.disposition & pictures]
        self.video = next((s for s in videos if s.codec_context is not None), None)
        sounds = [s for s in container.streams.audio if s.codec_context is not None]
        self.audio = sounds[track] if track < len(sounds) else next(iter(sounds), None)
        self.origin = max(0.0, (container.start_time or 0) / av.time_base)
        if self.video is None and self.audio is None:
            raise not_media(path)
        for stream in (self.video, self.audio):
            if stream is not None:
                stream.codec_context.thread_count = 1
        if self.video is not None:
            check_size(self.video.codec_context.width, self.video.codec_context.height)

    @property
    def aspect(self) -> Fraction | None:
        """How many times as wide as high the picture's pixels are, by the container or the codec; None if not said."""
        return None if self.video is None else self.video.sample_aspect_ratio

    def time_of(self, item) -> float | None:
        """Seconds from the recording's start of a frame or a packet; None where it has no timestamp."""
        if item.pts is None or item.time_base is None:
            return None
        base = item.time_base  # two whole numbers: their quotient is exact, and dearer as a fraction
        origin = self.origin if self._origin_now is None else self._origin_now
        time = item.pts * base.numerator / base.denominator - origin
        if time > MAX_SECONDS:
            raise MediaError(
                "too_large",
                "The recording claims to be longer than six hours. Split it into shorter files and try again.",
            )
        return time

    @property
    def shift(self) -> float:
        """What `time_of` takes off the timestamps that are read now (s)."""
        return self.origin if self._origin_now is None else self._origin_now

    def packets(self, *streams) -> Iterator[av.Packet]:
        """The packets of some streams, until the end or until nothing more can be read."""
        for _, packet in self.stream_packets(*streams):
            yield packet

    def decode(
        self, *streams, each: Callable[[av.stream.Stream, av.Packet], None] | None = None
    ) -> Iterator[tuple[av.stream.Stream, Any]]:
        """Decoded frames (`av.VideoFrame`, `av.AudioFrame`) with their stream; packets that fail are left out.

        ``each`` is given every packet once it has been decoded, and may use it up.
        """
        for stream, packet in self.stream_packets(*streams):
            try:
                frames = packet.decode()
            except MemoryError:  # FFmpeg's own kind of it too: says nothing about the packet
                raise
            except (av.FFmpegError, ValueError):
                frames = []
            if each:
                each(stream, packet)
            for frame in frames:
                yield stream, frame

    def stream_packets(self, *streams) -> Iterator[tuple[av.stream.Stream, av.Packet]]:
        """The packets of some streams, each with that stream, through all the file's recordings in order."""
        wanted = [stream for stream in streams if stream is not None]
        if not wanted:
            return
        self._origin_now = None
        yield from ((packet.stream, packet) for packet in _demux(self.container, wanted))
        for start, end, begins, _ in self.following:
            with self.path.open("rb") as stream, _opened(Part(stream, start, end), self.demuxer) as container:
                part = Recording(container, self.path, self.demuxer)
                pairs = [(part.video, self.video), (part.audio, self.audio)]
                mine = {theirs.index: own for theirs, own in pairs if theirs and own and own in wanted}
                chosen = [container.streams[index] for index in mine]
                self._origin_now = part.origin - begins
                if chosen:
                    yield from ((mine[packet.stream.index], packet) for packet in _demux(container, chosen))
        self._origin_now = None


def _demux(container: av.container.InputContainer, streams: list) -> Iterator[av.Packet]:
    try:
        yield from container.demux(streams)
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError):
        return


@contextmanager
def open_recording(path: str | Path) -> Iterator[Recording]:
    """A recording, open while the context lasts.

    Raises MediaError: ``missing``, ``empty``, ``not_media``, ``truncated``.
    """
    path = Path(path)
    if not path.exists():
        raise MediaError("missing", f"There is no file {shown_name(path)}. Check the path and try again.")
    if path.is_file() and path.stat().st_size == 0:
        raise MediaError(
            "empty", f"{shown_name(path)} is empty: nothing was recorded or uploaded. Record it or upload it again."
        )
    if path.is_dir():
        raise MediaError("not_media", f"{shown_name(path) or path} is a folder. Name a recording in it.")
    demuxer = sniff(path) if path.is_file() else None
    if demuxer is None:
        raise not_media(path)
    if demuxer == "mov":
        if not has_index(path):
            raise nothing_usable(path)
        check_claims(path)
    parts = find_parts(path, demuxer)
    with path.open("rb") as stream:
        try:
            whole = len(parts) == 1
            container = _opened(stream if whole else Part(stream, *parts[0]), demuxer)
        except MemoryError:
            raise
        except (av.FFmpegError, ValueError) as error:
            raise (nothing_usable(path) if cut_off(path, demuxer) else not_media(path)) from error
        with container:
            track = _audible_track(path, demuxer, parts[0]) if len(container.streams.audio) > 1 else 0
            yield Recording(container, path, demuxer, () if whole else _later(path, demuxer, parts), track)


def _audible_track(path: Path, demuxer: str, part: tuple[int, int]) -> int:
    """Which of several sound tracks is listened to, by its place among those that decode."""
    energies: list[float] = []
    for place in range(8):  # languages of a film; nobody records more
        with path.open("rb") as stream, _opened(Part(stream, *part), demuxer) as container:
            recording = Recording(container, path, demuxer, track=place)
            decodable = sum(s.codec_context is not None for s in container.streams.audio)
            if place >= decodable:
                break
            energies.append(channels.energy(frame for _, frame in recording.decode(recording.audio)))
    return channels.audible(energies) if energies else 0


def _opened(stream: Any, demuxer: str) -> av.container.InputContainer:
    options = {
        "codec_whitelist": _DECODERS,
        "protocol_whitelist": "none",
        "max_pixels": str(MAX_SIDE * MAX_SIDE),
    }
    return av.open(stream, "r", format=demuxer, options=options, metadata_errors="replace")


def _later(path: Path, demuxer: str, parts: Sequence[tuple[int, int]]) -> list[Later]:
    """The parts after the first that are recordings themselves, each beginning where the one before ends."""
    found: list[Later] = []
    setups: list[list[tuple[str, bytes] | None]] = []
    begins = 0.0
    for number, (start, end) in enumerate(parts):
        try:
            with path.open("rb") as stream, _opened(Part(stream, start, end), demuxer) as container:
                part = Recording(container, path, demuxer)
                setups.append([_setup(stream) for stream in (part.video, part.audio)])
                times = [
                    time + float((packet.duration or 0) * packet.time_base)
                    for packet in part.packets(part.video, part.audio)
                    if (time := part.time_of(packet)) is not None
                ]
        except MemoryError:
            raise
        except (av.FFmpegError, ValueError, MediaError):
            continue  # a header with nothing behind it
        if number:
            found.append(Later(start, end, begins, setups[-1] == setups[0]))
        begins += max(times, default=0.0)
    return found


def _setup(stream: av.stream.Stream | None) -> tuple[str, bytes] | None:
    """A stream's codec and what its decoder is set up with, where packets do not carry that themselves."""
    if stream is None:
        return None
    itself = ("vp8", "vp9", "opus", "mp3", "mp3float")
    context = stream.codec_context
    return context.name, b"" if context.name in itself else bytes(context.extradata or b"")


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
        f"{shown_name(path)} is not a recording that Viva can read. Use a WebM, MP4, Ogg, WAV, FLAC or MP3 file.",
    )


def nothing_usable(path: Path) -> MediaError:
    """The error for a file of which nothing decodes."""
    return MediaError(
        "truncated",
        f"{shown_name(path)} was cut off before anything in it could be played. "
        "Upload the whole file again, or record it anew.",
    )
