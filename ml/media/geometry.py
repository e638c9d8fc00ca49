"""How a player shows a picture: pixels that are not square, and the matrix by which it is turned or mirrored.

The matrix is that of ISO 14496-12 (8.5.3) as FFmpeg hands it on with each picture: (x, y) goes to (ax + cy, bx + dy).
Of any other angle the nearest quarter turn counts, as browsers do.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.sidedata.sidedata import Type

#: Neither side of a picture that is shown may be longer than this (pixels); an aspect that claims so is left out.
MAX_SHOWN = 4096


@dataclass(frozen=True)
class Geometry:
    """``width`` and ``height`` of a decoded picture once its pixels are square, before it is turned; ``swaps``: rows
    become columns, then ``mirror_x`` and ``mirror_y``: the picture is flipped sideways, upside down."""

    width: int
    height: int
    swaps: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    @property
    def shown(self) -> tuple[int, int]:
        """(width, height) in pixels as a player shows the picture."""
        return (self.height, self.width) if self.swaps else (self.width, self.height)

    def place(self, picture: np.ndarray) -> np.ndarray:
        """A picture (height, width, ...) turned and mirrored as a player does it; itself where it need not be."""
        if not (self.swaps or self.mirror_x or self.mirror_y):
            return picture
        if self.swaps:
            picture = picture.swapaxes(0, 1)
        picture = picture[:: -1 if self.mirror_y else 1, :: -1 if self.mirror_x else 1]
        return np.ascontiguousarray(picture)


def squared(width: int, height: int, aspect: Fraction | float | None) -> tuple[int, int]:
    """(width, height) once pixels that are ``aspect`` times as wide as high (None or 0: not known) are made square."""
    ratio = float(aspect or 1)
    if ratio > 1 and width * ratio <= MAX_SHOWN:
        width = round(width * ratio)
    elif 0 < ratio < 1 and height / ratio <= MAX_SHOWN:
        height = round(height / ratio)
    return width, height


def geometry(frame: av.VideoFrame, aspect: Fraction | float | None = None) -> Geometry:
    """How ``frame`` is shown, of a stream whose pixels have this ``aspect`` (as in `squared`)."""
    width, height = squared(frame.width, frame.height, aspect)
    side_data: Any = frame.side_data  # its types say names, and it knows members of Type
    held = side_data.get(Type.DISPLAYMATRIX)
    if held is None:
        return Geometry(width, height)
    a, b, _, c, d = struct.unpack_from("=5i", bytes(held))
    if max(abs(a), abs(d)) >= max(abs(b), abs(c)):
        return Geometry(width, height, False, a < 0, d < 0)
    return Geometry(width, height, True, c < 0, b < 0)
