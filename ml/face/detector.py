"""Where faces are: dlib's HOG detector over a whole picture, or only around where a face just was.

Boxes and pictures as in :mod:`ml.face.features`. The detector (Dalal & Triggs 2005; King 2009) slides an 80-pixel
window over a pyramid of the picture, so its cost goes with the pixels searched, and the smallest face it finds with the
scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import dlib
import numpy as np

from ml.face import contrast

#: The longer side of the picture searched, in pixels, before one upsampling doubles it: quickly (faces from an eighth
#: of that side on) and finely (from a sixteenth on).
COARSE, FINE = 320, 640
#: dlib's score above which something is a face, and above which it still is one where there was one just before.
NEW_FACE, SAME_FACE = 0.2, -0.5
#: Around a known face: the window's side in widths of the face, and in pixels, which makes the face just larger than
#: the smallest that the detector knows.
_AROUND, _WINDOW = 1.6, 126
#: Beyond this roll (degrees) the head is turned upright before anything looks at it.
LEAST_TILT = 12.0


@dataclass(frozen=True)
class Found:
    """A face: its box, float (4,), and how sure the detector is (above 0: sure)."""

    box: np.ndarray
    score: float


def search(picture: np.ndarray, side: int = COARSE, *, least: float = NEW_FACE, tilt: float = 0.0) -> list[Found]:
    """Search a whole grey picture for faces, the surest first; ``tilt`` (degrees, clockwise) is the roll looked for."""
    scale = min(1.0, side / max(picture.shape))
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    small = picture if scale == 1 else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    if not tilt:
        return apart([Found(box / scale, score) for box, score in _run(small, 1, least)])
    middle = np.array([size[0] / 2, size[1] / 2])
    turn = cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), tilt, 1.0)
    turned = cv2.warpAffine(small, turn, size, borderMode=cv2.BORDER_REPLICATE)
    back = cv2.invertAffineTransform(turn)
    return apart([Found(_transformed(box, back) / scale, score) for box, score in _run(turned, 1, least)])


def search_near(picture: np.ndarray, box: np.ndarray, *, tilt: float = 0.0, least: float = SAME_FACE) -> list[Found]:
    """Search around ``box`` for faces of about its size, the head turned upright by ``tilt`` degrees first.

    It costs a tenth of a coarse search of the whole picture and finds small faces too.
    """
    centre, width = (box[:2] + box[2:]) / 2, max(8.0, float(box[2] - box[0]))
    zoom = _WINDOW / (_AROUND * width)
    turn = cv2.getRotationMatrix2D((0.0, 0.0), tilt if abs(tilt) > LEAST_TILT else 0.0, zoom)
    turn[:, 2] = _WINDOW / 2 - turn[:, :2] @ centre
    part, origin, thinned = picture, np.zeros(2), max(1, int(1 / zoom))
    if thinned > 1:  # average before thinning out, but only what is looked at
        reach = 0.75 * _AROUND * width
        low = np.maximum(0, centre - reach).astype(int)
        high = np.maximum(low + thinned, np.minimum(picture.shape[::-1], centre + reach)).astype(int)
        high = low + (high - low) // thinned * thinned
        part, origin = picture[low[1] : high[1], low[0] : high[0]], low
        if part.shape[0] < thinned or part.shape[1] < thinned:
            return []
        size = part.shape[1] // thinned, part.shape[0] // thinned
        part = cv2.resize(part[: size[1] * thinned, : size[0] * thinned], size, interpolation=cv2.INTER_AREA)
    shift = origin + (thinned - 1) / 2
    there = np.column_stack([turn[:, :2] * thinned, turn[:, :2] @ shift + turn[:, 2]])
    window = cv2.warpAffine(part, there, (_WINDOW, _WINDOW), borderMode=cv2.BORDER_REPLICATE)
    back = cv2.invertAffineTransform(turn)
    return [Found(_transformed(found, back), score) for found, score in _run(window, 0, least)]


def apart(found: list[Found], common: float = 0.3) -> list[Found]:
    """The surest of those that overlap by more than ``common``, the surest first."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: -one.score):
        if all(overlap(one.box, other.box) <= common for other in kept):
            kept.append(one)
    return kept


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two boxes (0..1)."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return float(common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common))


def _run(picture: np.ndarray, upsampling: int, least: float) -> list[tuple[np.ndarray, float]]:
    lit = contrast.normalise_contrast(picture, contrast.SMOOTH)
    found, scores, _ = _detector().run(np.ascontiguousarray(lit), upsampling, least)
    return [
        (np.array([r.left(), r.top(), r.right(), r.bottom()], float), float(score))
        for r, score in zip(found, scores, strict=True)
    ]


def _transformed(box: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """An upright box of the same relative size where ``matrix`` (2, 3; a similarity) puts the middle of ``box``."""
    zoom = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    centre = matrix[:, :2] @ ((box[:2] + box[2:]) / 2) + matrix[:, 2]
    half = (box[2:] - box[:2]) / 2 * zoom
    return np.concatenate([centre - half, centre + half])


@lru_cache(maxsize=1)
def _detector() -> dlib.fhog_object_detector:
    return dlib.get_frontal_face_detector()
