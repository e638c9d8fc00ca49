"""Faces to test with: NASA's portrait of Eileen Collins (public domain, ml/media/portrait.md), and videos of it."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from ml.face import features
from ml.media.clutter import clutter
from ml.media.portrait import portrait as astronaut

#: The head in the portrait: left, top, right, bottom.
FACE = (120, 10, 320, 210)


@pytest.fixture(scope="session")
def portrait() -> np.ndarray:
    """RGB uint8 (512, 512, 3)."""
    return astronaut()


@pytest.fixture(scope="session")
def grey(portrait: np.ndarray) -> np.ndarray:
    return features.grey(portrait)


@pytest.fixture(scope="session")
def background() -> np.ndarray:
    """A picture without a face, uint8 (360, 480, 3)."""
    return cv2.resize(cv2.cvtColor(clutter(), cv2.COLOR_GRAY2RGB), (480, 360))


@pytest.fixture(scope="session")
def head(portrait: np.ndarray) -> np.ndarray:
    """The portrait's head, grey, uint8 (200, 200)."""
    left, top, right, bottom = FACE
    return features.grey(portrait)[top:bottom, left:right]


@pytest.fixture(scope="session")
def room(background: np.ndarray) -> np.ndarray:
    """The picture without a face, grey, uint8 (480, 640)."""
    return cv2.resize(features.grey(background), (640, 480))


def put(picture: np.ndarray, head: np.ndarray, x: int, y: int) -> np.ndarray:
    """A head in a copy of a picture, cut off at its edges."""
    picture = picture.copy()
    left, right = max(0, x), min(picture.shape[1], x + head.shape[1])
    if left < right:
        picture[y : y + head.shape[0], left:right] = head[:, left - x : right - x]
    return picture


def write_video(path: Path, pictures: list[np.ndarray], fps: int = 15) -> Path:
    """Encode RGB pictures of one size as VP8 in WebM, as a browser would."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libvpx", rate=fps)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt, stream.bit_rate = "yuv420p", 2_000_000
        stream.options = {"deadline": "realtime", "cpu-used": "8"}
        stream.codec_context.thread_count = 1  # libvpx's threads wait by spinning
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def place(picture: np.ndarray, portrait: np.ndarray, x: int, y: int, size: int) -> np.ndarray:
    """Put the portrait, scaled to ``size`` pixels, into a copy of a picture."""
    picture = picture.copy()
    picture[y : y + size, x : x + size] = cv2.resize(portrait, (size, size), interpolation=cv2.INTER_AREA)
    return picture


@pytest.fixture(scope="session")
def one_face(tmp_path_factory: pytest.TempPathFactory, portrait: np.ndarray, background: np.ndarray) -> Path:
    """Eight seconds of one face moving a little; in the sixth second it is gone."""
    pictures = [
        background if 75 <= i < 90 else place(background, portrait, 60 + i // 4, 10 + (i % 20) // 4, 340)
        for i in range(120)
    ]
    return write_video(tmp_path_factory.mktemp("face") / "one.webm", pictures)


@pytest.fixture(scope="session")
def two_faces(tmp_path_factory: pytest.TempPathFactory, portrait: np.ndarray, background: np.ndarray) -> Path:
    """Six seconds of one face; from the fifth on somebody else, mirrored and smaller, stands beside it."""
    left, top, right, bottom = FACE
    face, pictures = portrait[top:bottom, left:right], []
    for i in range(90):
        picture = place(background, face, 20 + i % 30 // 3, 60, 200)
        pictures.append(place(picture, face[:, ::-1], 270, 60, 170) if i >= 60 else picture)
    return write_video(tmp_path_factory.mktemp("face") / "two.webm", pictures)


@pytest.fixture(scope="session")
def nobody(tmp_path_factory: pytest.TempPathFactory, background: np.ndarray) -> Path:
    return write_video(tmp_path_factory.mktemp("face") / "nobody.webm", [background] * 30)


@pytest.fixture
def no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in place of the weights."""
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path))
    return tmp_path
