"""The still picture of a recording: the first that is not black."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ml.media import sandbox, synthetic
from ml.media.poster import HEIGHT, path_beside, write_poster


def recording(path, pictures):
    synthetic.encode(str(path), pictures, 10, np.zeros(len(pictures) * 4800, np.float32), 48000)
    return path


def plain(level: int, height: int = 120) -> np.ndarray:
    return np.full((height, height * 4 // 3, 3), level, np.uint8)


def test_the_first_picture_that_is_not_black(tmp_path):
    path = recording(tmp_path / "late.webm", [plain(2)] * 20 + [plain(120)] * 10 + [plain(220)] * 10)
    poster = write_poster(path)
    assert poster == path_beside(path) == tmp_path / "late.jpg"
    assert cv2.imread(str(poster)).mean() == pytest.approx(120, abs=15)


def test_a_recording_that_is_black_throughout_has_a_black_one(tmp_path):
    poster = write_poster(recording(tmp_path / "black.webm", [plain(2)] * 20))
    assert cv2.imread(str(poster)).mean() < 20


def test_a_large_picture_becomes_a_small_one(tmp_path):
    poster = write_poster(recording(tmp_path / "large.webm", [plain(120, 720)] * 5))
    assert cv2.imread(str(poster)).shape == (HEIGHT, HEIGHT * 4 // 3, 3)
    assert poster.stat().st_size < 60_000


def test_it_is_made_where_the_recording_is_verified(tmp_path):
    path = recording(tmp_path / "whole.webm", [plain(120)] * 20)
    _, copy = sandbox.verify_and_copy(path, tmp_path / "copy", sandbox.Bounds.of(60))
    assert path_beside(copy).exists()
