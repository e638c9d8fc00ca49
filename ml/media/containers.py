"""What kind of file this is, by its first bytes, and whether its structure ends where it says: no decoding,
no codec.

Only the containers named here are ever handed to a demuxer, and by name: playlists (HLS, concat, DASH) that
make a demuxer open other files or addresses are therefore never tried.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

#: Of each demuxer that is used: the suffix of a file of its kind, and what follows "video/" in its media type.
CONTAINERS = {
    "matroska": (".webm", "webm"),
    "mov": (".mp4", "mp4"),
    "ogg": (".ogg", "ogg"),
    "wav": (".wav", "wav"),
    "flac": (".flac", "flac"),
    "mp3": (".mp3", "mpeg"),
}
#: A file of which nothing is known.
UNKNOWN_SUFFIX = ".bin"
#: Every suffix under which an original may lie.
SUFFIXES = (*(suffix for suffix, _ in CONTAINERS.values()), UNKNOWN_SUFFIX)
#: Suffixes of the copies that browsers seek in (ml.media.info.playable_suffix).
PLAYABLE = (".webm", ".mp4")
_SUBTYPES = {**dict(CONTAINERS.values()), ".mkv": "x-matroska"}


def suffix_of(demuxer: str) -> str:
    """The suffix of a file that ``demuxer`` reads, with its dot."""
    return CONTAINERS[demuxer][0] if demuxer in CONTAINERS else UNKNOWN_SUFFIX


def media_type(suffix: str, *, has_video: bool) -> str:
    """The media type (RFC 6838) of a file with ``suffix``."""
    return f"{'video' if has_video else 'audio'}/{_SUBTYPES.get(suffix, 'octet-stream')}"


_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675
_MP4_FIRST_BOXES = {b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"free", b"skip", b"wide", b"pnot"}


def sniff(path: Path) -> str | None:
    """Name FFmpeg's demuxer for a file: matroska, mov, ogg, wav, flac or mp3; None for anything else."""
    with path.open("rb") as stream:
        head = stream.read(64)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head[4:8] in _MP4_FIRST_BOXES:
        return "mov"
    if head.startswith(b"OggS"):
        return "ogg"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "wav"
    if head.startswith(b"fLaC"):
        return "flac"
    # An MPEG audio frame: eleven set bits, then no reserved version, layer, bit rate or sampling rate.
    frame = len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    frame = frame and head[1] & 0x18 != 0x08 and head[1] & 0x06 == 0x02 and head[2] & 0xF0 != 0xF0
    return "mp3" if head.startswith(b"ID3") or (frame and head[2] & 0x0C != 0x0C) else None


def cut_off(path: Path, demuxer: str) -> bool:
    """Whether the file ends inside an element that it announces (True), as an interrupted upload or recording
    does.

    False is no proof of wholeness: a stream cut exactly between two elements looks whole.
    """
    walk = {"matroska": _matroska_is_cut, "mov": _mov_is_cut, "ogg": _ogg_is_cut, "wav": _wav_is_cut}.get(demuxer)
    if walk is None:
        return False
    with path.open("rb") as stream:
        return walk(stream, os.fstat(stream.fileno()).st_size)


def has_index(path: Path) -> bool:
    """Whether an mp4 file holds the ``moov`` box without which nothing in it can be found."""
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        return any(name == b"moov" and end <= size for name, end in _boxes(stream, size))


def _boxes(stream: BinaryIO, size: int):
    """The top-level boxes of an mp4 file (ISO 14496-12, 4.2) as (name, where it says it ends)."""
    position = 0
    while position < size:
        stream.seek(position)
        head = stream.read(16)
        if len(head) < 8:
            yield b"", size + 1
            return
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:], "big")
        elif length == 0:  # to the end of the file
            length = size - position
        if length < 8:
            return
        position += length
        yield name, position


def _mov_is_cut(stream: BinaryIO, size: int) -> bool:
    return any(end > size for _, end in _boxes(stream, size))


def _matroska_is_cut(stream: BinaryIO, size: int) -> bool:
    """Walk the elements of EBML (RFC 8794), into segments and into the clusters of unknown size that browsers
    write."""
    position = 0
    while position < size:
        stream.seek(position)
        head = stream.read(12)
        id_length = 9 - head[0].bit_length()
        if id_length > 4:
            return False  # damaged rather than cut: leave it to the decoder
        if len(head) <= id_length:
            return True
        identity = int.from_bytes(head[:id_length], "big")
        size_length = 9 - head[id_length].bit_length()
        if size_length > 8:
            return False
        if len(head) < id_length + size_length:
            return True
        unknown = (1 << 7 * size_length) - 1
        length = int.from_bytes(head[id_length : id_length + size_length], "big") & unknown
        position += id_length + size_length
        if length != unknown and position + length > size:
            return True
        if length == unknown and identity not in (_SEGMENT, _CLUSTER):
            return False
        if length != unknown and identity != _SEGMENT:
            position += length
    return False


def _ogg_is_cut(stream: BinaryIO, size: int) -> bool:
    """Walk the pages (RFC 3533): each says the lengths of its segments."""
    position = 0
    while position < size:
        stream.seek(position)
        head = stream.read(27)
        if not head.startswith(b"OggS"):
            return len(head) < 4
        table = stream.read(head[26]) if len(head) == 27 else b""
        if len(head) < 27 or len(table) < head[26]:
            return True
        position += 27 + len(table) + sum(table)
    return position > size


def _wav_is_cut(stream: BinaryIO, size: int) -> bool:
    length = int.from_bytes(stream.read(8)[4:], "little")
    return 0 < length < 0xFFFFFFF0 and length + 8 > size  # recorders that cannot seek leave 0 or the largest number
