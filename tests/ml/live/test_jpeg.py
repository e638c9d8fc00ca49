"""Frames from strangers: what is decoded and what is refused before that."""

from __future__ import annotations

import random
import time

import cv2
import numpy as np
import pytest

from ml.live.jpeg import HEIGHT, MOST_BYTES, BadFrame, decode, size_of
from ml.media.portrait import portrait as astronaut


def encoded(picture: np.ndarray, *parameters: int) -> bytes:
    return cv2.imencode(".jpg", picture, parameters)[1].tobytes()


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return cv2.resize(astronaut()[:384, :512, ::-1], (640, 480))


def test_the_luminance_of_a_frame(picture: np.ndarray) -> None:
    frame = encoded(picture, cv2.IMWRITE_JPEG_QUALITY, 90)
    assert size_of(frame) == (640, 480)
    grey, scale = decode(frame)
    assert grey.shape == (480, 640)
    assert scale == 1
    assert np.abs(grey.astype(int) - cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)).mean() < 3


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (1080, 1920), (64, 48)])
def test_high_frames_are_read_smaller(picture: np.ndarray, width: int, height: int) -> None:
    grey, scale = decode(encoded(cv2.resize(picture, (width, height))))
    assert grey.shape[0] == min(height, HEIGHT)
    assert grey.shape[1] == pytest.approx(width / scale, abs=1)


def test_a_picture_in_grey_and_one_with_a_remark_are_frames(picture: np.ndarray) -> None:
    grey = encoded(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    assert decode(grey)[0].shape == (480, 640)
    remark = b"\xff\xfe" + (2 + 5).to_bytes(2, "big") + b"hello"
    assert decode(grey[:2] + remark + grey[2:])[0].shape == (480, 640)
    assert decode(encoded(picture, cv2.IMWRITE_JPEG_RST_INTERVAL, 8))[0].shape == (480, 640)


def test_what_is_no_plain_frame_is_refused(picture: np.ndarray) -> None:
    frame = encoded(picture)
    scan = frame[frame.index(b"\xff\xda") :]
    cases = {
        "not_jpeg": [b"", b"\xff", cv2.imencode(".png", picture)[1].tobytes(), b"GIF89a" + bytes(90),
                     encoded(picture, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)],
        "damaged": [b"\xff\xd8", frame[:300], frame[:-2], frame + b"x", frame[:-2] + scan, frame[:-2] + frame],
        "size": [encoded(picture[:40]), encoded(np.zeros((100, 2000), np.uint8))],
        "too_big": [frame + bytes(MOST_BYTES)],
    }  # fmt: skip
    for code, bad in cases.items():
        for one in bad:
            with pytest.raises(BadFrame) as caught:
                decode(one)
            assert caught.value.code == code, one[:20]


def test_a_small_file_that_claims_a_giant_picture_is_not_decoded(picture: np.ndarray) -> None:
    frame = bytearray(encoded(picture))
    at = frame.index(b"\xff\xc0") + 5
    frame[at : at + 4] = b"\xff\xff\xff\xff"
    started = time.perf_counter()
    with pytest.raises(BadFrame, match="pixels"):
        decode(bytes(frame))
    assert time.perf_counter() - started < 0.05


def test_damage_anywhere_is_refused_or_decoded_and_nothing_else() -> None:
    frame = encoded(cv2.resize(astronaut(), (96, 96)))
    pick = random.Random(7)  # noqa: S311
    outcomes = set()
    for _ in range(600):
        bad = bytearray(frame)
        for _ in range(pick.choice((1, 2, 20))):
            bad[pick.randrange(len(bad))] = pick.randrange(256)
        try:
            grey, _ = decode(bytes(bad))
            outcomes.add("decoded")
            assert max(grey.shape) <= 1920
        except BadFrame as failure:
            outcomes.add(failure.code)
    assert {"decoded", "damaged", "not_jpeg"} <= outcomes
