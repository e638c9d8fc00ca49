"""A camera's frame from somebody else's browser: looked at before it is decoded, so that none costs more than a frame.

Browsers' ``canvas.toBlob`` writes baseline JPEG with one scan. Everything else that the format allows, and that can be
small to send and dear to decode (huge sides, progressive files with thousands of scans), is refused by its markers.
"""

from __future__ import annotations

import re
import struct

import cv2
import numpy as np

from ml.core.errors import VivaError

#: The shortest and the longest side of a frame, in pixels, and the most bytes.
LEAST_SIDE, MOST_SIDE, MOST_BYTES = 48, 1920, 512 * 1024
#: Frames are read at most this high, in pixels, as a recording's pictures are (ml/face/infer.py).
HEIGHT = 480
_START, _END = b"\xff\xd8", b"\xff\xd9"
#: Baseline and extended sequential coding, eight bits, Huffman codes.
_SEQUENTIAL = (0xC0, 0xC1)
_TABLES = {0xC4, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)}
#: A marker inside the coded picture other than a stuffed byte, a fill byte or a restart.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


class BadFrame(VivaError):
    """A frame that is not read. Codes: ``too_big``, ``not_jpeg``, ``damaged``, ``size``."""


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of a frame, in pixels, from its markers alone. Raises BadFrame."""
    if len(data) > MOST_BYTES:
        raise BadFrame("too_big", f"A frame may have {MOST_BYTES // 1024} KiB at most.")
    if data[:2] != _START:
        raise BadFrame("not_jpeg", "A frame must be a JPEG picture.")
    at, size = 2, None
    while True:
        if at + 4 > len(data) or data[at] != 0xFF:
            raise BadFrame("damaged", "The frame is damaged: its parts don't follow each other.")
        marker, (length,) = data[at + 1], struct.unpack_from(">H", data, at + 2)
        if marker in _SEQUENTIAL and size is None and length >= 8 and at + 10 <= len(data):
            bits, height, width, colours = struct.unpack_from(">BHHB", data, at + 4)
            if bits != 8 or colours not in (1, 3):
                raise BadFrame("not_jpeg", "A frame must be a JPEG picture in grey or in colours, 8 bits each.")
            size = width, height
        elif marker == 0xDA and size is not None:
            break
        elif marker not in _TABLES:
            raise BadFrame("not_jpeg", "A frame must be a plain JPEG picture: baseline, with one scan.")
        at += 2 + max(2, length)
    inside = _MARKER.search(data, at + 2 + length)
    if inside is None or inside.group() != _END or inside.end() != len(data):
        raise BadFrame("damaged", "The frame is damaged: it does not end where a plain JPEG picture ends.")
    if min(size) < LEAST_SIDE or max(size) > MOST_SIDE:
        raise BadFrame("size", f"A frame's sides must have {LEAST_SIDE} to {MOST_SIDE:,} pixels.")
    return size


def decode(data: bytes) -> tuple[np.ndarray, float]:
    """The luminance of a frame, uint8 (H <= HEIGHT, W), and how many of its own pixels make one of these.

    The decoder leaves out the colours, and of high frames halves the sides by itself. Raises BadFrame.
    """
    _, height = size_of(data)
    flags = cv2.IMREAD_REDUCED_GRAYSCALE_2 if height >= 2 * HEIGHT else cv2.IMREAD_GRAYSCALE
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    if picture is None:
        raise BadFrame("damaged", "The frame is damaged: it cannot be decoded.")
    if picture.shape[0] > HEIGHT:
        width = max(1, round(picture.shape[1] * HEIGHT / picture.shape[0]))
        picture = cv2.resize(picture, (width, HEIGHT), interpolation=cv2.INTER_AREA)
    return picture, height / picture.shape[0]
