"""What happens to faces in front of real cameras, done to pictures of faces one step at a time.

Each disturbance takes a :class:`Scene` and a level and returns the scene disturbed; levels rise with the damage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO

import av
import cv2
import numpy as np


@dataclass(frozen=True)
class Scene:
    """A grey picture, uint8 (H, W), with one face: its box (4,) and by how many degrees it is rolled, clockwise."""

    picture: np.ndarray
    box: np.ndarray
    tilt: float = 0.0

    @property
    def width(self) -> float:
        return float(self.box[2] - self.box[0])

    @property
    def centre(self) -> np.ndarray:
        return (self.box[:2] + self.box[2:]) / 2


def size(scene: Scene, pixels: float) -> Scene:
    """The whole picture shrunk until the face is ``pixels`` wide."""
    scale = pixels / scene.width
    small = cv2.resize(scene.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return replace(scene, picture=small, box=scene.box * scale)


def roll(scene: Scene, degrees: float) -> Scene:
    """The picture turned clockwise about the face."""
    matrix = cv2.getRotationMatrix2D(tuple(map(float, scene.centre)), -degrees, 1.0)
    size_ = scene.picture.shape[::-1]
    turned = cv2.warpAffine(scene.picture, matrix, size_, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return replace(scene, picture=turned, tilt=scene.tilt + degrees)


def yaw(scene: Scene, degrees: float) -> Scene:
    """The head turned to the side, roughly: the face is taken for a smooth dome over its box (as deep as half the box
    is wide), turned about its vertical axis; what it hides is squeezed away. A real turn shows the other cheek and ear
    too."""
    height, width = scene.picture.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    u, v = (x - scene.centre[0]) / scene.width, (y - scene.centre[1]) / scene.width
    dome = 0.55 * scene.width * np.exp(-((u / 0.5) ** 2) - (v / 0.75) ** 2)
    near = np.exp(-((u / 1.1) ** 4) - (v / 1.3) ** 4)  # the background stays
    angle = np.deg2rad(degrees)
    moved = x + near * ((x - scene.centre[0]) * (np.cos(angle) - 1) + dome * np.sin(angle))
    moved = np.maximum.accumulate(moved, axis=1)
    source = np.stack([np.interp(x[row], moved[row], x[row]) for row in range(height)])
    shift = 0.3 * scene.width * np.sin(angle) * np.array([1, 0, 1, 0])
    turned = cv2.remap(scene.picture, source.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    return replace(scene, picture=turned, box=scene.box + shift)


def blur(scene: Scene, share: float) -> Scene:
    """Out of focus: a Gaussian whose deviation is ``share`` percent of the face's width."""
    return replace(scene, picture=cv2.GaussianBlur(scene.picture, (0, 0), share / 100 * scene.width))


def darkness(scene: Scene, stops: float) -> Scene:
    """Light halved ``stops`` times, with the noise of a camera (2.5 grey levels) that light no longer hides."""
    noise = np.random.default_rng(0).normal(0, 2.5, scene.picture.shape)
    return replace(scene, picture=np.clip(scene.picture / 2**stops + noise, 0, 255).astype(np.uint8))


def jpeg(scene: Scene, coarseness: float) -> Scene:
    """JPEG of quality 100 - ``coarseness``."""
    _, data = cv2.imencode(".jpg", scene.picture, [cv2.IMWRITE_JPEG_QUALITY, int(100 - coarseness)])
    return replace(scene, picture=cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))


def vp8(scene: Scene, quantiser: float) -> Scene:
    """One VP8 picture with a quantiser of 4 (best) to 63 (worst), as a bad connection makes a browser choose."""
    height, width = (side // 2 * 2 for side in scene.picture.shape)
    stream = BytesIO()
    with av.open(stream, "w", format="webm") as output:
        video = output.add_stream("libvpx", rate=10)
        video.width, video.height, video.pix_fmt, video.bit_rate = width, height, "yuv420p", 1_000_000
        video.codec_context.thread_count = 1
        level = str(int(quantiser))
        video.codec_context.options = {"deadline": "realtime", "cpu-used": "8", "qmin": level, "qmax": level}
        rgb = cv2.cvtColor(np.ascontiguousarray(scene.picture[:height, :width]), cv2.COLOR_GRAY2RGB)
        output.mux(video.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        output.mux(video.encode(None))
    stream.seek(0)
    with av.open(stream) as source:
        decoded = next(source.decode(video=0)).to_ndarray(format="gray")
    return replace(scene, picture=decoded)


def cover(scene: Scene, part: str) -> Scene:
    """A part of the face behind something grey: ``mouth``, ``left half``, ``eyes``."""
    left, top = scene.box[:2]
    w = scene.width
    places = {
        "mouth": (-0.1, 0.58, 1.1, 1.15),
        "eyes": (0.0, 0.12, 1.0, 0.42),
        "left half": (-0.1, -0.2, 0.5, 1.2),
    }
    a, b, c, d = places[part]
    covered = scene.picture.copy()
    x0, y0, x1, y1 = (max(0, round(v)) for v in (left + a * w, top + b * w, left + c * w, top + d * w))
    covered[y0:y1, x0:x1] = 120
    return replace(scene, picture=covered)


#: Name, unit, the disturbance, its levels.
ALL: list[tuple[str, str, Callable, tuple]] = [
    ("face size", "pixels wide", size, (100, 60, 40, 30)),
    ("roll", "degrees", roll, (10, 20, 30, 45)),
    ("yaw", "degrees, approximate", yaw, (15, 30, 45)),
    ("blur", "% of the face's width", blur, (1, 2, 4)),
    ("darkness", "halvings of the light", darkness, (1, 2, 3, 4)),
    ("JPEG", "100 - quality", jpeg, (50, 80, 90, 95)),
    ("VP8", "quantiser", vp8, (30, 50, 63)),
    ("covered", "part", cover, ("mouth", "left half", "eyes")),
]
