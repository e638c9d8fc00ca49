"""Whether eyes and mouth are seen at all: the landmarks' model puts them where they should be, also behind a bar, dark
glasses, a hand or a mask.

Eyes and lips are what differs most within a face: there grey levels spread about as much as over the whole face (0.8 to
1.2 times, in films of faces). What covers them is evener: hardly any spread, or none along the eyes.
"""

from __future__ import annotations

from math import atan2, cos, hypot, sin

import cv2
import numpy as np

#: A part is covered where its grey levels spread less than this share of the face's, ...
EVEN = 0.25
#: ... or differ less from neighbour to neighbour, along the eyes (lids have an iris between them), down the lips.
EYES_ALONG, LIPS_DOWN = 0.05, 0.12
#: A part counts as covered where it is so in most looks of so long (s): a blink is shorter.
LASTING = 1.0
_SHAPE = (12, 20)


def eyes_covered(picture: np.ndarray, points: np.ndarray, spread: float) -> bool:
    """Whether one eye at least cannot be seen, of a grey ``picture`` with landmarks ``points`` (68, 2) of a face whose
    grey levels have the standard deviation ``spread``."""
    return any(_is_even(_patch(picture, points[i], points[i + 3]), spread, 1, EYES_ALONG) for i in (36, 42))


def mouth_covered(picture: np.ndarray, points: np.ndarray, spread: float) -> bool:
    """Whether the lips cannot be seen; as `eyes_covered`."""
    return _is_even(_patch(picture, points[48], points[54]), spread, 0, LIPS_DOWN)


def lasting(times: np.ndarray, covered: np.ndarray) -> np.ndarray:
    """Which of the looks at ``times`` (N,), rising, lie in a second that is mostly ``covered`` (bool, N)."""
    total = np.concatenate([[0], np.cumsum(covered)])
    first, last = np.searchsorted(times, times - LASTING / 2), np.searchsorted(times, times + LASTING / 2, "right")
    return (total[last] - total[first]) > (last - first) / 2


def _is_even(patch: np.ndarray, spread: float, axis: int, least: float) -> bool:
    return bool(patch.std() < EVEN * spread or np.abs(np.diff(patch, axis=axis)).mean() < least * spread)


def _patch(picture: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """What lies between two corners, level, half as high as wide: float32 of _SHAPE."""
    (x, y), (other_x, other_y) = left.tolist(), right.tolist()
    height, width = _SHAPE
    length, angle = max(hypot(other_x - x, other_y - y), 2.0), atan2(other_y - y, other_x - x)
    across, down = length / width, length / 2 / height
    centre = np.array([(x + other_x) / 2, (y + other_y) / 2])
    turn = np.array([[cos(angle) * across, -sin(angle) * down], [sin(angle) * across, cos(angle) * down]])
    matrix = np.column_stack([turn, centre - turn @ [(width - 1) / 2, (height - 1) / 2]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE).astype(
        np.float32
    )
