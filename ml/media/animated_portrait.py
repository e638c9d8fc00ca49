"""A portrait that opens its mouth, blinks and sways: local warping between dlib's 68 landmarks, no model of
its own."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from ml.media.portrait import portrait

WIDTH, HEIGHT = 640, 480
#: The part of the 512×512 portrait that is shown: left, top and width in its pixels (4:3).
_CROP = (64, 0, 320)
#: How far the lower lip falls when the mouth is widest open, in pixels.
_DROP = 11.0
#: The colour inside a mouth.
_DARK = np.array([62, 24, 24], np.float32)


@lru_cache(maxsize=1)
def _portrait() -> tuple[np.ndarray, np.ndarray]:
    """The cropped portrait, uint8 RGB (480, 640, 3), and its landmarks, float32 (68, 2)."""
    import dlib

    left, top, width = _CROP
    scale = WIDTH / width
    image = portrait()
    part = image[top : top + round(width * 0.75), left : left + width]
    picture = cv2.resize(part, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("face_recognition_models")
    folder = Path(spec.origin).parent / "models"
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


class AnimatedPortrait:
    """Draws the portrait with a mouth, eyelids and a head that move. Pictures are uint8 RGB (480, 640, 3)."""

    def __init__(self) -> None:
        self.picture, self.points = _portrait()
        self.grid_x, self.grid_y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
        self.head = self._head_weights()
        jaw = self._jaw_weights()
        # Only the part that moves is drawn again for each picture.
        rows, columns = np.nonzero(jaw > 0.004)
        self.chin = np.s_[rows.min() - 8 : rows.max() + 1, columns.min() : columns.max() + 1]
        self.jaw = jaw[self.chin]
        teeth = self._between_lips(0.0, blur=1.2)
        self.inside = self.picture[self.chin] * teeth + _DARK * (1 - teeth)

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

    def _between_lips(self, drop: float, blur: float) -> np.ndarray:
        """Where the mouth is open (rows, columns, 1) of the chin's part, 0..1, its lower lip fallen by ``drop``."""
        upper, line = self.points[[60, 61, 62, 63, 64]], self.points[[60, 67, 66, 65, 64]]
        across = np.linspace(upper[0, 0], upper[-1, 0], 21)
        unit = (across - across.mean()) / np.ptp(across) * 2
        lower = np.polyval(np.polyfit(line[:, 0], line[:, 1], 2), across) + drop * (1 - unit**2)
        outline = np.concatenate([upper, np.stack([across, lower], axis=1)[::-1]])
        outline -= (self.chin[1].start, self.chin[0].start)
        mask = np.zeros((self.chin[0].stop - self.chin[0].start, self.chin[1].stop - self.chin[1].start), np.float32)
        cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
        return cv2.GaussianBlur(mask, (0, 0), blur)[..., None]

    def _open_mouth(self, picture: np.ndarray, amount: float) -> np.ndarray:
        """Let the jaw fall. The teeth stay where they were, with darkness under them."""
        drop = float(np.float32(_DROP * amount))
        part = self.chin
        moved = cv2.remap(picture, self.grid_x[part], self.grid_y[part] - drop * self.jaw, cv2.INTER_LINEAR)
        opening = self._between_lips(drop, blur=1.0)
        picture = picture.copy()
        picture[part] = np.clip(moved * (1 - opening) + self.inside * opening, 0, 255).astype(np.uint8)
        return picture

    def _blink(self, picture: np.ndarray, amount: float) -> np.ndarray:
        """Draw the upper lids down over the eyes, skin and lashes with them."""
        picture, original = picture.copy(), picture
        for first in (36, 42):  # the landmark of each eye's left corner
            upper, lower = self.points[first : first + 4], self.points[[first, first + 5, first + 4, first + 3]]
            columns = np.arange(int(upper[0, 0]), int(np.ceil(upper[3, 0])) + 1, dtype=np.float32)
            lid = np.interp(columns, upper[:, 0], upper[:, 1]) - 1.5
            floor = np.interp(columns, lower[:, 0], lower[:, 1]) + 1.0
            skin = lid - 0.9 * (floor - lid).max()
            fallen = lid + amount * (floor - lid)
            part = np.s_[int(skin.min()) : int(floor.max()) + 2, int(columns[0]) : int(columns[-1]) + 1]
            rows = self.grid_y[part]
            stretched = skin + (rows - skin) * (lid - skin) / (fallen - skin)
            source = np.where((rows > skin) & (rows < fallen), stretched, rows).astype(np.float32)
            picture[part] = cv2.remap(original, self.grid_x[part], source, cv2.INTER_LINEAR)
        return picture

    def _turn(self, picture: np.ndarray, move: tuple[float, float], zoom: float, tilt: float) -> np.ndarray:
        """Zoom everything; move and tilt the head."""
        middle, scale = self.points[30], np.float32(1 / zoom)
        x, y = (self.grid_x - middle[0]) * scale, (self.grid_y - middle[1]) * scale
        angle = np.float32(np.deg2rad(tilt))
        source_x = x + middle[0] + self.head * (angle * y - np.float32(move[0]))
        source_y = y + middle[1] - self.head * (angle * x + np.float32(move[1]))
        return cv2.remap(picture, source_x, source_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _smooth(value: np.ndarray) -> np.ndarray:
    """Hermite's step from 0 to 1."""
    value = np.clip(value, 0, 1)
    return value * value * (3 - 2 * value)
