"""Whether what an mp4 file's tables claim fits into the file: looked at before a demuxer allocates anything for it.

A table of samples may say in twelve bytes that there are a hundred million of them, for each of which FFmpeg's demuxer
keeps an entry. No sample has less than a byte, so more samples than the file has bytes are a lie. Boxes: ISO 14496-12.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ml.core.errors import MediaError

_FOLDERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"edts"}
#: Tables of runs: where the entries begin after the count, how long one is, and where in it the run's length stands.
_RUNS = {b"stts": 8, b"ctts": 8}
#: Tables of one entry each: bytes of the smallest entry.
_ENTRIES = {b"stsc": 12, b"stco": 4, b"co64": 8, b"stss": 4, b"elst": 12, b"stsd": 8}
#: Boxes that are looked at, and how deep they may lie in each other.
_MOST, _DEEPEST = 100_000, 12


def check_claims(path: Path) -> None:
    """Raise MediaError (``not_media``) where an mp4 claims more samples or entries than it can hold."""
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        for name, start, end in _boxes(stream, 0, size):
            if _is_lie(stream, name, start, end, size):
                raise MediaError(
                    "not_media",
                    f"{path.name} claims to hold more than it does. Record it again, or export it as WebM or MP4.",
                )


def _boxes(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Every box in the folders of a file: name, where its content begins, and where it ends (within the file)."""
    waiting, seen = [(start, end, 0)], 0
    while waiting:
        position, end, depth = waiting.pop()
        while position + 8 <= end and seen < _MOST:
            seen += 1
            stream.seek(position)
            head = stream.read(16)
            length, name, skip = int.from_bytes(head[:4], "big"), head[4:8], 8
            if length == 1:
                length, skip = int.from_bytes(head[8:], "big"), 16
            elif length == 0:
                length = end - position
            if length < skip:
                break
            content, until = position + skip, min(position + length, end)
            yield name, content, until
            if name in _FOLDERS and depth < _DEEPEST:
                waiting.append((content, until, depth + 1))
            position += length


def _is_lie(stream: BinaryIO, name: bytes, start: int, end: int, size: int) -> bool:
    stream.seek(start)
    if name == b"stsz":
        head = stream.read(12)
        each, count = int.from_bytes(head[4:8], "big"), int.from_bytes(head[8:12], "big")
        return count * max(each, 1) > size or (not each and count * 4 > end - start)
    if name == b"stz2":
        return int.from_bytes(stream.read(12)[8:12], "big") > 2 * (end - start)
    if name == b"trun":
        return int.from_bytes(stream.read(8)[4:8], "big") > size
    if name in _ENTRIES:
        count = int.from_bytes(stream.read(8)[4:8], "big")
        return count * _ENTRIES[name] > end - start
    if name in _RUNS:
        count = int.from_bytes(stream.read(8)[4:8], "big")
        if count * _RUNS[name] > end - start:
            return True
        runs = stream.read(count * _RUNS[name])
        return sum(int.from_bytes(runs[at : at + 4], "big") for at in range(0, len(runs), _RUNS[name])) > size
    return False
