"""Copy what browsers record into files that can be seeked: with a duration and an index, without re-encoding."""

from __future__ import annotations

import os
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av

from ml.core.errors import MediaError
from ml.core.names import shown_name
from ml.media.recordings import Recording, open_recording

if TYPE_CHECKING:
    from ml.media.demux import MediaInfo

_WEBM = {"vp8", "vp9", "av1", "opus", "vorbis"}
_MP4 = {"h264", "hevc", "av1", "vp9", "mpeg4", "aac", "mp3", "opus", "flac", "alac"}


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
    its index in front, .mkv for anything else. Raises MediaError as :func:`probe` does, ``not_media``
    where the container cannot hold the codecs, and ``mixed`` where the file holds recordings of different kinds.
    """
    target = Path(target)
    name, options = {
        ".webm": ("webm", {"cues_to_front": "1"}),
        ".mp4": ("mp4", {"movflags": "+faststart"}),
        ".mkv": ("matroska", {"cues_to_front": "1"}),
    }[target.suffix]
    with open_recording(source) as recording:
        if not all(part.alike for part in recording.following):
            raise MediaError(
                "mixed",
                f"{shown_name(source)} holds several recordings that were made differently, so they cannot be played "
                "as one. Record it again without a break, or upload one recording.",
            )
        handle, partial = tempfile.mkstemp(dir=target.parent, prefix=".remux-", suffix=target.suffix)
        os.close(handle)
        try:
            _copy_packets(recording, partial, name, options)
            os.replace(partial, target)
        except (av.FFmpegError, ValueError) as error:
            raise MediaError(
                "not_media",
                f"{shown_name(source)} could not be copied into a {target.suffix} file. "
                "Record or export it as WebM or MP4.",
            ) from error
        finally:
            Path(partial).unlink(missing_ok=True)


def _copy_packets(recording: Recording, target: str, name: str, options: dict[str, str]) -> None:
    with av.open(f"file:{target}", "w", format=name, options=options) as output:
        streams = [stream for stream in (recording.video, recording.audio) if stream is not None]
        copies = {stream.index: output.add_stream_from_template(stream, opaque=True) for stream in streams}
        latest: dict[int, Fraction] = {}
        for own, packet in recording.stream_packets(*streams):
            if packet.dts is None:  # an empty packet only flushes decoders
                continue
            shift = round(recording.shift / packet.time_base)
            packet.pts, packet.dts = None if packet.pts is None else packet.pts - shift, packet.dts - shift
            moment = packet.dts * packet.time_base
            if moment <= latest.get(own.index, moment - 1):  # a muxer refuses time that does not advance
                continue
            latest[own.index] = moment
            packet.stream = copies[own.index]
            output.mux(packet)
