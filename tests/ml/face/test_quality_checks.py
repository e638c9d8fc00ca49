"""Bad inputs get a state in words, not a number; odd but good ones are read."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from ml.core.errors import Unreadable
from ml.face import infer, quality_checks


def film(path: Path, draw: Callable[[int], np.ndarray], seconds: float, fps: int = 12, **options) -> Path:
    """Encode RGB pictures ``draw(0)``, ``draw(1)`` … as VP8, or as H.264 in mp4; ``turn`` is a phone's rotation."""
    codec = "libx264" if path.suffix == ".mp4" else "libvpx"
    fast = {"preset": "ultrafast"} if codec == "libx264" else {"deadline": "realtime", "cpu-used": "12"}
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=fps)
        stream.height, stream.width = draw(0).shape[:2]
        stream.pix_fmt, stream.bit_rate = options.get("pix_fmt", "yuv420p"), options.get("bit_rate", 2_000_000)
        stream.codec_context.options, stream.codec_context.thread_count = fast, 1
        if options.get("turn"):
            stream.set_display_rotation(options["turn"])
        for number in range(round(seconds * fps)):
            frame = av.VideoFrame.from_ndarray(draw(number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def swaying(portrait: np.ndarray, background: np.ndarray, size: int = 340) -> Callable[[int], np.ndarray]:
    """The portrait going round in a picture of 480x360."""
    small = cv2.resize(portrait, (size, size), interpolation=cv2.INTER_AREA)

    def draw(number: int) -> np.ndarray:
        picture = background.copy()
        x, y = round(60 + 8 * np.sin(number / 5)), round(9 + 8 * np.cos(number / 5))
        picture[y : y + size, x : x + size] = small
        return picture

    return draw


def cartoon(number: int) -> np.ndarray:
    """A drawn face that nods: flat colours and outlines."""
    picture = np.full((480, 480, 3), (240, 220, 200), np.uint8)
    x, y = 240 + round(6 * np.sin(number / 4)), 240 + round(6 * np.cos(number / 4))
    ink = {"lineType": cv2.LINE_AA}
    cv2.ellipse(picture, (x, y), (110, 150), 0, 0, 360, (245, 190, 150), -1, **ink)
    cv2.ellipse(picture, (x, y), (110, 150), 0, 0, 360, (40, 40, 40), 3, **ink)
    cv2.ellipse(picture, (x, y - 90), (115, 75), 0, 180, 360, (90, 60, 40), -1, **ink)
    for side in (-48, 48):
        eye = (x + side, y - 20)
        cv2.ellipse(picture, eye, (26, 14), 0, 0, 360, (255, 255, 255), -1, **ink)
        cv2.ellipse(picture, eye, (26, 14), 0, 0, 360, (40, 40, 40), 2, **ink)
        cv2.circle(picture, eye, 11, (30, 40, 60), -1, **ink)
        cv2.ellipse(picture, (eye[0], eye[1] - 30), (32, 9), 0, 190, 350, (70, 50, 40), 7, **ink)
    cv2.ellipse(picture, (x, y + 32), (18, 10), 0, 10, 170, (190, 120, 90), 5, **ink)
    cv2.line(picture, (x - 6, y - 10), (x - 16, y + 30), (210, 150, 110), 4, **ink)
    cv2.ellipse(picture, (x, y + 82), (45, 13), 0, 0, 360, (190, 80, 80), -1, **ink)
    cv2.line(picture, (x - 45, y + 82), (x + 45, y + 82), (90, 40, 40), 3, **ink)
    return picture


def refused(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        infer.read(path)
    assert len(caught.value.message) > 40
    return caught.value.code


def test_black_frames(tmp_path: Path) -> None:
    noise = np.random.default_rng(0)
    path = film(tmp_path / "black.webm", lambda _: noise.integers(0, 6, (240, 320, 3), dtype=np.uint8), 3)
    assert refused(path) == "black"


def test_a_cartoon(tmp_path: Path) -> None:
    assert refused(film(tmp_path / "cartoon.webm", cartoon, 3.5)) == "drawing"


def test_a_photograph_that_does_not_move(tmp_path: Path, portrait: np.ndarray) -> None:
    assert refused(film(tmp_path / "photo.webm", lambda _: portrait, 5)) == "still_picture"


@pytest.mark.full
def test_a_photograph_held_in_the_hand(tmp_path: Path, portrait: np.ndarray, background: np.ndarray) -> None:
    small, random = cv2.resize(portrait, (340, 340), interpolation=cv2.INTER_AREA), np.random.default_rng(0)
    corners = np.array([[0, 0], [340, 0], [340, 340], [0, 340]], np.float32)

    def draw(number: int) -> np.ndarray:
        sway = np.array([60 + 12 * np.sin(number / 9), 9 + 8 * np.cos(number / 7)])
        bend = 4 * np.sin(number / (11 + np.arange(8).reshape(4, 2)))
        matrix = cv2.getPerspectiveTransform(corners, (corners + sway + bend).astype(np.float32))
        held = cv2.warpPerspective(small, matrix, background.shape[1::-1])
        picture = np.where(held > 0, held, background)
        return np.clip(picture + random.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)

    assert refused(film(tmp_path / "held.webm", draw, 15.5, fps=10)) == "photograph"
    reading = infer.read(film(tmp_path / "shorter.webm", draw, 9, fps=10))
    assert (reading.state, reading.codes) == ("limited", ["rigid"])


def test_twenty_faces(tmp_path: Path, portrait: np.ndarray) -> None:
    face = cv2.resize(portrait[10:210, 120:320], (120, 120), interpolation=cv2.INTER_AREA)

    def draw(number: int) -> np.ndarray:
        return np.roll(np.tile(face, (4, 5, 1)), number % 5, axis=1)

    assert refused(film(tmp_path / "twenty.webm", draw, 3)) == "crowd"


def test_a_face_of_ten_pixels(tmp_path: Path, portrait: np.ndarray, background: np.ndarray) -> None:
    assert refused(film(tmp_path / "tiny.webm", swaying(portrait, background, 51), 3)) == "no_face"


def test_4k(tmp_path: Path, portrait: np.ndarray) -> None:
    large = np.full((2160, 3840, 3), 120, np.uint8)
    large[40:2088, 800:2848] = cv2.resize(portrait, (2048, 2048))
    reading = infer.read(film(tmp_path / "4k.mp4", lambda n: np.roll(large, 9 * n, axis=1), 1.2, fps=6))
    assert reading.coverage == 1.0
    assert reading.tracks[0]["median_box_px"] == pytest.approx(400, abs=60)  # of the recording's own pixels


def test_five_pictures_a_second(tmp_path: Path, portrait: np.ndarray, background: np.ndarray) -> None:
    reading = infer.read(film(tmp_path / "slow.webm", swaying(portrait, background), 4, fps=5))
    assert reading.coverage == 1.0
    assert reading.codes == ["low_rate"]
    assert reading.blinks["count"] is None
    assert reading.state == "read"


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_by_the_phone(tmp_path: Path, portrait: np.ndarray, background: np.ndarray, turn: int) -> None:
    upright = swaying(portrait, background)
    path = film(tmp_path / "phone.mp4", lambda n: np.ascontiguousarray(np.rot90(upright(n), -turn // 90)), 2, turn=turn)
    reading = infer.read(path)
    assert reading.coverage > 0.95
    assert max(reading.distribution, key=lambda name: reading.distribution[name].value) == "happy"


def test_a_film_without_colours(tmp_path: Path, portrait: np.ndarray, background: np.ndarray) -> None:
    path = film(tmp_path / "grey.mp4", swaying(portrait, background), 2, pix_fmt="gray")
    assert infer.read(path).coverage == 1.0


def test_a_camera_that_froze_is_said(tmp_path: Path, portrait: np.ndarray, background: np.ndarray) -> None:
    draw = swaying(portrait, background)
    reading = infer.read(film(tmp_path / "frozen.webm", lambda n: draw(min(n, 48)), 8))
    assert "frozen" in reading.codes
    assert reading.state == "limited"
    assert len(reading.codes) == len(reading.warnings)


def test_a_dark_face_is_said(tmp_path: Path, portrait: np.ndarray, background: np.ndarray) -> None:
    draw = swaying(portrait, background)
    reading = infer.read(film(tmp_path / "dark.webm", lambda n: draw(n) // 8, 3))
    assert "dark" in reading.codes
    assert reading.state == "limited"


def test_photographed_faces_are_not_drawn(real_data: Path) -> None:
    with np.load(real_data / "faces" / "fer2013_public.npz") as file:
        faces = file["x"]
    assert np.mean([quality_checks.is_drawn(face) for face in faces]) < 0.01
