"""Cameras that show different expressions: real clips where the data are, else our own portrait with another mouth and
other brows, drawn here. What each shows is what `ml.live` reads in it, so that a test knows whose reading is whose."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from ml.live.reader import Reader
from ml.media import demux, synthetic
from ml.media.animated_portrait import AnimatedPortrait
from tests.browser.live import ROOT

#: Size and rate of the cameras; seconds of picture that go round.
WIDTH, HEIGHT, FPS, SECONDS = 400, 300, 30, 4
DATA = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data") / "media"
#: Clips of real faces: file and seconds within it, chosen so that the readings of no two have an emotion in common.
CLIPS = {
    "brooding": ("silent_face_640x360.mp4", 2.2, 5.8),
    "smiling": ("silent_face_640x360.mp4", 11.5, 15.5),
}
_LIP, _DARK = (175, 105, 100), (60, 25, 25)


def real(name: str) -> Iterator[np.ndarray]:
    """Pictures, uint8 RGB (HEIGHT, WIDTH, 3), of a clip."""
    file, start, end = CLIPS[name]
    for frame in demux.video_frames(DATA / file, fps=FPS):
        if start <= frame.time < end:
            yield _fit(frame.rgb)


def _fit(picture: np.ndarray) -> np.ndarray:
    """The middle of a picture in the camera's shape."""
    height, width = picture.shape[:2]
    wide = min(width, height * WIDTH // HEIGHT)
    high = min(height, width * HEIGHT // WIDTH)
    left, top = (width - wide) // 2, (height - high) // 2
    return cv2.resize(picture[top : top + high, left : left + wide], (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def of(name: str) -> Iterator[np.ndarray]:
    """`real` or `drawn` pictures, whichever has the name."""
    return real(name) if name in CLIPS else drawn(name)


def drawn(name: str) -> Iterator[np.ndarray]:
    """Pictures like `real`'s of the portrait, which smiles by itself: ``happy``, ``surprise`` or ``sad``."""
    face = _FACES[name](AnimatedPortrait())
    small = cv2.resize(face, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    for step in range(FPS * SECONDS):  # the head sways, or it would be a photograph
        turn = 2 * np.pi * step / (FPS * SECONDS)
        shift = np.float32([[1, 0, 4 * np.sin(turn)], [0, 1, 2 * np.sin(2 * turn)]])
        yield cv2.warpAffine(small, shift, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)


def _surprise(puppet: AnimatedPortrait) -> np.ndarray:
    eye = _eye(puppet)
    lift = {index: -0.18 for index in range(17, 27)}
    wide = {37: -0.05, 38: -0.05, 43: -0.05, 44: -0.05, 40: 0.02, 41: 0.02, 46: 0.02, 47: 0.02}
    picture = _without_mouth(puppet, _moved(puppet, lift | wide))
    middle = puppet.points[48:].mean(0) + np.array([0, 0.1 * eye])
    for width, height, colour in ((0.17, 0.25, _LIP), (0.13, 0.2, _DARK)):
        size = round(width * eye), round(height * eye)
        cv2.ellipse(picture, tuple(map(round, map(float, middle))), size, 0, 0, 360, colour, -1, cv2.LINE_AA)
    return cv2.GaussianBlur(picture, (0, 0), 1.0)


def _sad(puppet: AnimatedPortrait) -> np.ndarray:
    eye = _eye(puppet)
    inner = np.linspace(0.06, -0.2, 5)  # the brows' inner ends rise
    brows = dict(zip(range(17, 22), inner, strict=True)) | dict(zip(range(22, 27), inner[::-1], strict=True))
    picture = _without_mouth(puppet, _moved(puppet, brows))
    half = np.linalg.norm(puppet.points[54] - puppet.points[48]) / 2
    x = np.linspace(-1, 1, 31)
    line = puppet.points[48:].mean(0) + np.stack([0.8 * half * x, 0.24 * eye * (x**2 - 0.3)], 1)
    for thickness, colour in ((7, _LIP), (2, _DARK)):
        cv2.polylines(picture, [line.astype(np.int32)], False, colour, thickness, cv2.LINE_AA)
    return cv2.GaussianBlur(picture, (0, 0), 1.0)


_FACES: dict[str, Callable[[AnimatedPortrait], np.ndarray]] = {
    "happy": lambda puppet: puppet.picture,
    "surprise": _surprise,
    "sad": _sad,
}


def _eye(puppet: AnimatedPortrait) -> float:
    """The distance between the eyes, in pixels: the unit of what is moved."""
    return float(np.linalg.norm(puppet.points[36:42].mean(0) - puppet.points[42:48].mean(0)))


def _moved(puppet: AnimatedPortrait, down: dict[int, float]) -> np.ndarray:
    """The portrait with landmarks moved down by so many distances between the eyes; the others stay where they are."""
    points, spread = puppet.points.astype(float), 0.18 * _eye(puppet)
    wanted = np.zeros(len(points))
    wanted[list(down)] = np.array(list(down.values())) * _eye(puppet)

    def near(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.exp(-((x - points[:, 0]) ** 2 + (y - points[:, 1]) ** 2) / (2 * spread**2))

    weights = np.linalg.solve(near(points[:, :1], points[:, 1:]) + 0.05 * np.eye(len(points)), wanted)
    shift = np.zeros(puppet.grid_x.shape, np.float32)
    for (x, y), weight in zip(points, weights, strict=True):
        gap = (puppet.grid_x - x) ** 2 + (puppet.grid_y - y) ** 2
        shift += (weight * np.exp(-gap / (2 * spread**2))).astype(np.float32)
    return cv2.remap(puppet.picture, puppet.grid_x, puppet.grid_y - shift, cv2.INTER_LINEAR)


def _without_mouth(puppet: AnimatedPortrait, picture: np.ndarray) -> np.ndarray:
    """Skin where the mouth was, and where a smile folds the cheeks."""
    hole = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillConvexPoly(hole, cv2.convexHull(puppet.points[48:60].astype(np.int32)), 255)
    hole = cv2.dilate(hole, np.ones((9, 9)))
    for nostril, corner, side in ((31, 48, -1), (35, 54, 1)):
        begin = puppet.points[nostril] + np.array([8 * side, 0])
        end = puppet.points[corner] + np.array([10 * side, 12])
        cv2.line(hole, tuple(begin.astype(int).tolist()), tuple(end.astype(int).tolist()), 255, 12)
    filled = cv2.inpaint(picture, hole, 7, cv2.INPAINT_TELEA)
    return np.where(hole[..., None] > 0, cv2.GaussianBlur(filled, (0, 0), 2), filled)


def read(pictures: Iterator[np.ndarray]) -> set[str]:
    """Every emotion that the live room's reader names in these pictures at five a second, face and fused track."""
    reader, named = Reader(), set()
    for number, picture in enumerate(islice(pictures, 0, None, FPS // 5)):
        found = reader.frame(_jpeg(picture), 200.0 * number)
        named |= {face["emotion"] for face in found["faces"]} | {(found["fused"] or {}).get("emotion")}
    return named - {None}


def write(path: Path, pictures: Iterator[np.ndarray], voice: int) -> None:
    """Write ``path``.mjpeg, and ``path``.wav in one of three voices."""
    with path.with_suffix(".mjpeg").open("wb") as stream:
        for picture in pictures:
            stream.write(_jpeg(picture))
    text, speaker = list(synthetic.ANSWERS.values())[voice % 3], ("en-us+f3", "en-us+m3", "en-us+f2")[voice % 3]
    synthetic.write_wav(path.with_suffix(".wav"), synthetic.speak(text, 48000, speaker)[: SECONDS * 48000], 48000)


def _jpeg(picture: np.ndarray) -> bytes:
    done, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])
    assert done
    return data.tobytes()
