"""What is measured on a picture of a face: its 68 landmarks, its 48x48 crop, eyes and mouth.

Boxes are (left, top, right, bottom) and points (x, y), floats in pixels of the picture handed in, whose
origin is its upper left corner. Pictures are grey, uint8 (height, width).
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from math import atan2, cos, dist, hypot, sin
from pathlib import Path

import cv2
import dlib
import numpy as np

from ml.core.errors import ModelMissing
from ml.face import contrast, detector
from ml.face.large_pages import heap_in_huge_pages

#: FER2013's framing, medians over PublicTest as shares of its side: distance between the eyes, from the
#: eyes down to the base of the nose, and the height of the eyes below the upper edge.
_EYE_DISTANCE, _EYES_TO_NOSE, _EYE_LEVEL = 0.372, 0.275, 0.392
#: An inner-lip aspect ratio above this is an open mouth: right for 91 % of 668 labelled faces (open: 88 %,
#: closed: 92 %).
MOUTH_OPEN = 0.08
#: Side of the small copies of what is around the eyes, in pixels.
AROUND = 8


def grey(rgb: np.ndarray) -> np.ndarray:
    """RGB uint8 (H, W, 3) to luminance uint8 (H, W)."""
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)


def detect(picture: np.ndarray, near: list[np.ndarray] | None = None) -> list[np.ndarray]:
    """Find the frontal faces in one picture, the surest first: boxes float (4,).

    ``near`` are boxes where faces were just before: there a weaker response will do, because a face that turns away is
    still there. A film is better followed with :class:`ml.face.tracker.Tracker`.
    """
    found = detector.search(picture, detector.FINE)
    for box in near or ():
        found += [one for one in detector.search_near(picture, box) if detector.overlap(one.box, box) > 0.4]
    return [one.box for one in detector.apart(found)]


def landmarks(picture: np.ndarray, box: np.ndarray, tilt: float = 0.0) -> np.ndarray:
    """The 68 landmarks of the iBUG scheme in a face's box: float (68, 2) (Kazemi & Sullivan, CVPR 2014).

    The predictor knows upright heads: with ``tilt`` (degrees of roll, clockwise) the face is turned upright for it.
    Raises ModelMissing where the package that brings the predictor is not installed.
    """
    if abs(tilt) <= detector.LEAST_TILT:
        return _predict(picture, box)
    centre, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
    side = max(16, round(float(half.max()) * 3.2))
    turn = cv2.getRotationMatrix2D((0.0, 0.0), tilt, 1.0)
    turn[:, 2] = side / 2 - turn[:, :2] @ centre
    window = cv2.warpAffine(picture, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)
    points = _predict(window, np.concatenate([side / 2 - half, side / 2 + half]))
    back = cv2.invertAffineTransform(turn)
    return points @ back[:, :2].T + back[:, 2]


def tilt_of(points: np.ndarray) -> float:
    """How far the head is rolled, in degrees, clockwise above 0: the slope of the line between the eyes."""
    across = points[42:48].mean(0) - points[36:42].mean(0)
    return float(np.degrees(np.arctan2(across[1], across[0])))


def box_of(points: np.ndarray) -> np.ndarray:
    """The box that the detector would have drawn around these landmarks: it carries a face from one frame
    to the next."""
    inner = points[17:]  # brows, nose, eyes, mouth: the chin line is the least certain
    (left, top), (right, bottom) = inner.min(0).tolist(), inner.max(0).tolist()
    half = 0.62 * max(right - left, bottom - top)
    x, y = (left + right) / 2, (top + bottom) / 2 + 0.03 * half
    return np.array([x - half, y - half, x + half, y + half])


def crop(picture: np.ndarray, points: np.ndarray, size: int = 48) -> np.ndarray:
    """Cut a face as FER2013 frames it: uint8 (size, size), the eyes level, edges repeated beyond the picture.

    The same cut is used everywhere. The scale comes from the eyes' distance or, where the head is turned
    and they come closer, from the eyes' height above the nose, which no mouth movement changes.
    """
    (x, y), (other_x, other_y) = points[36:48].reshape(2, 6, 2).mean(1).tolist()
    middle_x, middle_y = (x + other_x) / 2, (y + other_y) / 2
    distance, angle = hypot(other_x - x, other_y - y), atan2(other_y - y, other_x - x)
    right, down = cos(angle), sin(angle)  # the picture's way along the eyes
    nose_x, nose_y = points[33].tolist()
    to_nose = (nose_y - middle_y) * right - (nose_x - middle_x) * down
    side = max(distance / _EYE_DISTANCE, to_nose / _EYES_TO_NOSE, 8.0)
    factor = min(16, max(1, round(side / size)))  # first to a multiple, then averaged: no aliasing
    fine = size * factor
    step_x, step_y = right * side / fine, down * side / fine
    left = middle_x - right * side / 2 + down * side * _EYE_LEVEL + (step_x - step_y) / 2
    top = middle_y - down * side / 2 - right * side * _EYE_LEVEL + (step_x + step_y) / 2
    matrix = np.array([[step_x, -step_y, left], [step_y, step_x, top]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    face = cv2.warpAffine(picture, matrix, (fine, fine), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return face if factor == 1 else cv2.resize(face, (size, size), interpolation=cv2.INTER_AREA)


def eye_aspect_ratio(points: np.ndarray) -> float:
    """Mean height of both eyes over their width, about 0.3 open and 0.1 shut (Soukupova & Cech, CVWW
    2016)."""
    p = points[36:48].tolist()
    ratios = [
        (dist(p[k + 1], p[k + 5]) + dist(p[k + 2], p[k + 4])) / (2 * max(dist(p[k], p[k + 3]), 1e-6)) for k in (0, 6)
    ]
    return sum(ratios) / 2


def around_eyes(picture: np.ndarray, points: np.ndarray) -> np.ndarray:
    """A small level copy of what is around each eye, lids and brow and cheek: grey levels uint8 (2, 8, 8).

    Its side is 0.8 of the distance between the eyes, as for :func:`crop` where the head is turned.
    """
    centres = points[36:48].reshape(2, 6, 2).mean(1).tolist()
    (x, y), (other_x, other_y) = centres
    length = hypot(other_x - x, other_y - y)
    nose = dist(points[33].tolist(), ((x + other_x) / 2, (y + other_y) / 2))
    side = 0.8 * max(length, 1.2 * nose, 4.0)
    angle = atan2(other_y - y, other_x - x)
    fine = 3 * AROUND  # three times as fine, then averaged: no aliasing on faces of usual size
    across, down = cos(angle) * side / fine, sin(angle) * side / fine
    middle, flags = (fine - 1) / 2, cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = np.empty((2, AROUND, AROUND), np.uint8)
    for small, (x, y) in zip(seen, centres, strict=True):
        matrix = np.array([[across, -down, x - (across - down) * middle], [down, across, y - (down + across) * middle]])
        eye = cv2.warpAffine(picture, matrix, (fine, fine), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        cv2.resize(eye, (AROUND, AROUND), dst=small, interpolation=cv2.INTER_AREA)
    return seen


def unlike(one: np.ndarray, other: np.ndarray) -> list[float]:
    """One minus the correlation of what is around each eye, as :func:`around_eyes` gives it, in two pictures: 0..2."""
    pairs = zip(one.astype(np.float32), other.astype(np.float32), strict=True)
    return [1 - float(cv2.matchTemplate(a, b, cv2.TM_CCOEFF_NORMED)[0, 0]) for a, b in pairs]


def mouth_aspect_ratio(points: np.ndarray) -> float:
    """Mean distance of the inner lips over their width: near 0 shut, above ``MOUTH_OPEN`` open."""
    lips = points[60:68]
    gaps, width = lips[[1, 2, 3]] - lips[[7, 6, 5]], lips[4] - lips[0]
    return float(np.hypot(gaps[:, 0], gaps[:, 1]).mean() / max(float(np.hypot(*width)), 1e-6))


def predictor_path() -> Path:
    """The landmark model's file inside ``face_recognition_models``, found without importing that package.

    (It imports ``pkg_resources``, which newer setuptools no longer have.) Raises ModelMissing.
    """
    package = find_spec("face_recognition_models")
    for folder in (package.submodule_search_locations or []) if package else []:
        path = Path(folder) / "models" / "shape_predictor_68_face_landmarks.dat"
        if path.is_file():
            return path
    raise ModelMissing(
        "model_missing",
        "The face landmark model is missing: the package face_recognition_models is not installed whole. "
        "Install Viva's environment again: ./viva up",
    )


def _predict(picture: np.ndarray, box: np.ndarray) -> np.ndarray:
    left, top, right, bottom = (round(float(edge)) for edge in box)
    x, y = max(0, left - (right - left) // 3), max(0, top - (bottom - top) // 3)
    around = picture[y : bottom + (bottom - top) // 3, x : right + (right - left) // 3]
    lit = contrast.normalise_contrast(around)  # the predictor compares grey levels: it is lost where all are alike
    if lit is around:
        lit, x, y = picture, 0, 0
    shape = _predictor()(lit, dlib.rectangle(left - x, top - y, right - x, bottom - y))
    return np.array([(point.x + x, point.y + y) for point in shape.parts()], dtype=float)


@lru_cache(maxsize=1)
def _predictor() -> dlib.shape_predictor:
    predictor = dlib.shape_predictor(str(predictor_path()))
    heap_in_huge_pages()
    return predictor
