"""How large a Matroska or WebM file's pictures are shown: written where FFmpeg's writer was not told.

The writer is given a track name of a known length. That is taken out again, and what is needed (RFC 9559, 5.1.4.1.28:
the elements DisplayWidth and DisplayHeight of a track's video) is put in for it, so that nothing behind it moves and
every index stays right.
"""

from __future__ import annotations

from pathlib import Path

from ml.core.errors import MediaError

#: The name that a video track is given, and the element that holds it.
PLACEHOLDER = "viva-shape"
_NAME = b"\x53\x6e" + bytes([0x80 | len(PLACEHOLDER)]) + PLACEHOLDER.encode()
_VIDEO, _VOID = b"\xe0", 0xEC
_DISPLAY_WIDTH, _DISPLAY_HEIGHT = b"\x54\xb0\x82", b"\x54\xba\x82"
#: Bytes at a file's beginning within which its tracks are described.
_HEAD = 256 * 1024


def amend(path: Path, width: int, height: int) -> None:
    """Say that the video track that is named PLACEHOLDER is shown at ``width`` x ``height`` pixels (1..65535).

    Raises MediaError (``not_media``) where there is no such track: the file was not written by us.
    """
    with path.open("r+b") as stream:
        head = stream.read(_HEAD)
        start = head.find(_NAME)
        video, content, end = _video_after(head, start + len(_NAME)) if start >= 0 else (0, 0, 0)
        if not video:
            raise MediaError("not_media", "The recording's copy could not be written. Record it again.")
        inside = head[content:end] + _DISPLAY_WIDTH + width.to_bytes(2, "big") + _DISPLAY_HEIGHT
        inside += height.to_bytes(2, "big")
        grown = _VIDEO + (0x4000 | len(inside)).to_bytes(2, "big") + inside
        between = head[start + len(_NAME) : video]
        left = end - start - len(between) - len(grown)  # 2 or 3: as the size that was there took two bytes or one
        stream.seek(start)
        stream.write(between + grown + bytes([_VOID, 0x80 | left - 2]) + bytes(left - 2))


def _video_after(head: bytes, at: int) -> tuple[int, int, int]:
    """Of the element Video among those from ``at`` on: where it begins, its content begins, and it ends; or zeros."""
    while at < len(head):
        begin, first = at, head[at]
        at += 9 - first.bit_length()
        length = 9 - head[at].bit_length()
        size = int.from_bytes(head[at : at + length], "big") & ((1 << 7 * length) - 1)
        at += length
        if first == _VIDEO[0]:
            return begin, at, at + size
        at += size
    return 0, 0, 0
