"""Several recordings in one file: what a recorder wrote that was stopped and started again, or files put end to end.

A demuxer reads the first and is silent about the rest. Here each begins where its container's header stands again.
"""

from __future__ import annotations

import io
import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

#: No more parts than this are looked for; such a file is no recording that stopped a few times.
MOST = 64
_EBML, _DOCTYPE = b"\x1a\x45\xdf\xa3", b"\x42\x82"
_HEAD = 64  # bytes within which a header names the document type
#: Bytes that are searched at a time: a map of the whole file would count against the memory that a process may take.
_PIECE = 4 * 1024**2
_FEWEST = 64  # bytes; the rest of a file that is shorter is no recording


class Part(io.RawIOBase):
    """The bytes from ``start`` to ``end`` of an open file, as a file."""

    def __init__(self, stream: BinaryIO, start: int, end: int):
        self._stream, self._start, self._end, self._at = stream, start, end, 0

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """Where the next byte is read, from the part's start."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move; as io.IOBase.seek does, within the part."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._end - self._start}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes (-1: all that follow)."""
        left = max(0, self._end - self._start - self._at)
        self._stream.seek(self._start + self._at)
        data = self._stream.read(left if size is None or size < 0 else min(size, left))
        self._at += len(data)
        return data


def find_parts(path: Path, demuxer: str) -> list[tuple[int, int]]:
    """(first byte, end) of each recording in a file; one of the whole file where there is no second."""
    size = path.stat().st_size
    find = {"matroska": _matroska, "mov": _mov, "ogg": _ogg, "wav": _wav}.get(demuxer)
    if find is None or size < 2 * _FEWEST:
        return [(0, size)]
    starts = [0]
    with path.open("rb") as stream:
        for start in find(stream, size):
            if start - starts[-1] >= _FEWEST and size - start >= _FEWEST:
                starts.append(start)
            if len(starts) == MOST:
                break
    return list(zip(starts, [*starts[1:], size], strict=True))


def _at(stream: BinaryIO, at: int, count: int) -> bytes:
    stream.seek(at)
    return stream.read(count)


def _matroska(stream: BinaryIO, size: int) -> Iterator[int]:
    """Further EBML headers (RFC 8794, 11.2.1) that name the document type; inside a picture none looks like this."""
    for start in range(0, size, _PIECE):
        length = min(_PIECE + _HEAD, size - start)  # with the beginning of the next, for a header across both
        with mmap.mmap(stream.fileno(), length, access=mmap.ACCESS_READ, offset=start) as piece:
            at = piece.find(_EBML, 0 if start else 4)
            while 0 <= at < _PIECE:
                head = piece[at : at + _HEAD]
                if _DOCTYPE in head and (b"webm" in head or b"matroska" in head):
                    yield start + at
                at = piece.find(_EBML, at + 4)


def _mov(stream: BinaryIO, size: int) -> Iterator[int]:
    """Further file types (ISO 14496-12, 4.3) among the boxes of the top level."""
    at = 0
    while at + 8 <= size:
        head = _at(stream, at, 16)
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        if name == b"ftyp" and at:
            yield at
        if length == 1:
            length = int.from_bytes(head[8:], "big")
        if length < 8:
            return
        at += length


def _ogg(stream: BinaryIO, size: int) -> Iterator[int]:
    """Pages (RFC 3533, 6) that begin streams again after others had content: chained files."""
    at, content = 0, False
    while at + 27 <= size and (page := _at(stream, at, 27 + 255)).startswith(b"OggS"):
        begins = bool(page[5] & 2)
        if begins and content:
            yield at
        content = not begins
        table = page[27 : 27 + page[26]]
        at += 27 + len(table) + sum(table)


def _wav(stream: BinaryIO, size: int) -> Iterator[int]:
    at = 0
    while at + 12 <= size and (head := _at(stream, at, 8)).startswith(b"RIFF"):
        if at:
            yield at
        length = int.from_bytes(head[4:], "little")
        at += 8 + length + length % 2
