"""A film to test with, as pictures with their times and as a file."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ml.media import demux, synthetic

SECONDS, FPS = 9, 10


@pytest.fixture(scope="session")
def speech() -> np.ndarray:
    """Somebody speaking: float32 mono at 16 kHz."""
    return synthetic.speak(synthetic.ANSWERS["project"])[: SECONDS * 16_000]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A talking head, ten pictures a second: each is looked at and read, in a recording as in a live room."""
    path = tmp_path_factory.mktemp("live") / "film.webm"
    sound = synthetic.speak(synthetic.ANSWERS["project"], 48_000)[: SECONDS * 48_000]
    synthetic.encode(path, synthetic.face_frames(sound, 48_000, fps=FPS), FPS, sound)
    return path


@pytest.fixture(scope="session")
def pictures(film: Path) -> list[tuple[float, np.ndarray]]:
    """The film's pictures: (seconds, grey)."""
    return [(picture.time, picture.grey) for picture in demux.pictures(film, fps=FPS, max_height=480)]


@pytest.fixture(scope="session")
def frames(pictures: list[tuple[float, np.ndarray]]) -> list[tuple[float, bytes]]:
    """The same as a browser would send them: (milliseconds, JPEG)."""
    return [(1000 * time, jpeg(grey)) for time, grey in pictures]


def jpeg(picture: np.ndarray, quality: int = 80, *more: int) -> bytes:
    """A grey or BGR picture as JPEG."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality, *more])[1].tobytes()
