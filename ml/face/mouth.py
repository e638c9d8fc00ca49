"""Mouth open or closed: the cut around the lips, and the small network that looks at it.

"Open" is what the 700 labelled faces call open: the lips apart, whether teeth or the dark of the mouth show between
them. The fusion of face and voice asks it whether somebody may be speaking.
"""

from __future__ import annotations

from math import atan2, cos, sin

import cv2
import numpy as np

from ml.core import registry, runtime

#: Height and width of the cut in pixels. The gap between lips is thin: it takes more pixels than the seed's 28x28 to
#: see it.
SHAPE = (32, 56)
#: Labels of a mouth's track, in the order of its columns.
LABELS = ("closed", "open")
#: Mouths to a batch: beyond this ONNX Runtime gets no faster.
BATCH = 64
#: The cut's width as a multiple of the lips' width, and its height as a multiple of the lips' width or height,
#: whichever makes it larger: lips fill it shut or yawning, and the gap between them gets as many pixels as there are.
WIDTH, HEIGHT_BY_WIDTH, HEIGHT_BY_HEIGHT = 1.25, 0.7, 1.3


def crop(picture: np.ndarray, points: np.ndarray, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    """Cut the mouth from a picture, grey (H, W) or RGB (H, W, 3) uint8, as grey levels uint8 of ``shape``.

    ``points`` are dlib's 68 landmarks in that picture (68, 2). The cut is level with the eyes, its edges repeated
    beyond the picture. The same cut is used in training, evaluation and use.
    """
    return cut(picture, *frame(points), shape)


def frame(points: np.ndarray) -> tuple[np.ndarray, float, float, float]:
    """Where the cut lies: centre (2,) in pixels, angle in radians, width and height in pixels."""
    marks = points[36:68].tolist()  # so few numbers go faster one by one
    across, down = (sum(p[k] for p in marks[6:12]) - sum(p[k] for p in marks[:6]) for k in (0, 1))
    angle = atan2(down, across)
    c, s = cos(angle), sin(angle)
    along = [x * c + y * s for x, y in marks[12:]]
    below = [y * c - x * s for x, y in marks[12:]]
    left, right, top, bottom = min(along), max(along), min(below), max(below)
    width, height = max(right - left, 2.0), max(bottom - top, 2.0)
    x, y = (left + right) / 2, (top + bottom) / 2
    centre = np.array([x * c - y * s, x * s + y * c])
    return centre, angle, WIDTH * width, max(HEIGHT_BY_WIDTH * width, HEIGHT_BY_HEIGHT * height)


def cut(
    picture: np.ndarray, centre: np.ndarray, angle: float, width: float, height: float, shape: tuple[int, int] = SHAPE
) -> np.ndarray:
    """Cut a turned rectangle from a picture and shrink it without aliasing to grey levels uint8 of ``shape``."""
    factor = int(np.clip(np.ceil(max(width / shape[1], height / shape[0])), 1, 8))
    rows, columns = shape[0] * factor, shape[1] * factor
    step_x = np.array([np.cos(angle), np.sin(angle)]) * width / columns
    step_y = np.array([-np.sin(angle), np.cos(angle)]) * height / rows
    origin = np.asarray(centre) - step_x * (columns - 1) / 2 - step_y * (rows - 1) / 2
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    matrix = np.column_stack([step_x, step_y, origin])
    mouth = cv2.warpAffine(picture, matrix, (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    if mouth.ndim == 3:
        mouth = cv2.cvtColor(mouth, cv2.COLOR_RGB2GRAY)
    return mouth if factor == 1 else cv2.resize(mouth, shape[::-1], interpolation=cv2.INTER_AREA)


def probabilities(crops: np.ndarray) -> np.ndarray:
    """How likely each mouth is open: grey levels uint8 (N, 32, 56) to float64 (N,), 0..1.

    The networks in the graph read a mouth or its mirror image, and are averaged. Raises ModelMissing.
    """
    return 1 / (1 + np.exp(-logits(crops) / float(registry.describe("mouth").get("temperature", 1.0))))


def logits(crops: np.ndarray) -> np.ndarray:
    """The networks' mean output before temperature and sigmoid: float64 (N,)."""
    network = runtime.network("mouth")
    rows = []
    for start in range(0, len(crops), BATCH):
        batch = np.asarray(crops[start : start + BATCH], np.float32)[..., None]
        rows.append(network.run(batch).ravel())
    return np.concatenate(rows).astype(np.float64) if rows else np.zeros(0)
