"""Eyes and mouths that cannot be seen, of a face that is followed all the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.face import infer
from ml.face.occlusion import lasting
from ml.media import synthetic

SECONDS = 12


def pictures() -> list[np.ndarray]:
    """The talking portrait for SECONDS."""
    sound = synthetic.speak(synthetic.ANSWERS["why"], 48000)
    return [np.array(rgb) for rgb in synthetic.face_frames(np.resize(sound, SECONDS * 48000), 48000)]


def film(path: Path, paint) -> Path:
    """The talking portrait, each picture painted over by ``paint(rgb, number)``."""
    frames = pictures()
    for number, rgb in enumerate(frames):
        paint(rgb, number)
    synthetic.encode(path, frames, synthetic.FPS, None)
    return path


@pytest.fixture(scope="module")
def face() -> dict[str, slice]:
    """Where the portrait's eyes and mouth are, in rows and columns."""
    from ml.face import features

    grey = features.grey(next(synthetic.face_frames(np.zeros(48000), 48000)))
    points = features.landmarks(grey, features.detect(grey)[0])

    def around(part: np.ndarray, more: float) -> tuple[slice, slice]:
        (left, top), (right, bottom) = part.min(0), part.max(0)
        edge = more * (right - left)
        return slice(int(top - edge), int(bottom + edge)), slice(int(left - edge), int(right + edge))

    return {"eyes": around(points[36:48], 0.05), "mouth": around(points[48:60], 0.15)}


@pytest.mark.parametrize("shade", [(20, 20, 25), (205, 170, 150)], ids=["dark", "skin"])
@pytest.mark.parametrize("part", ["eyes", "mouth"])
def test_what_is_covered_is_not_read(tmp_path: Path, face: dict, part: str, shade: tuple):
    noise = np.random.default_rng(0)

    def cover(rgb: np.ndarray, number: int) -> None:
        place = rgb[face[part]]
        place[:] = np.clip(np.array(shade) + noise.normal(0, 2, place.shape), 0, 255)

    reading = infer.read(film(tmp_path / "covered.webm", cover))
    assert f"{part}_covered" in reading.codes and reading.state == "limited"
    if part == "eyes":
        assert reading.blinks["count"] is None and reading.blinks["per_minute"] is None
    else:
        assert reading.mouth_open is None


def test_a_camera_that_hangs_is_no_whole_coverage(tmp_path: Path):
    frames = pictures()
    half = len(frames) // 2
    frames[half:] = [frames[half]] * (len(frames) - half)
    synthetic.encode(tmp_path / "hangs.webm", frames, synthetic.FPS, None)
    reading = infer.read(tmp_path / "hangs.webm")
    assert "frozen" in reading.codes and 0.45 < reading.coverage < 0.55
    assert reading.blinks["per_minute"] is None


def test_an_uncovered_face_is_read_whole(tmp_path: Path):
    reading = infer.read(film(tmp_path / "face.webm", lambda rgb, number: None))
    assert not {"eyes_covered", "mouth_covered", "frozen"} & set(reading.codes)
    assert reading.coverage > 0.95 and reading.blinks["count"] is not None and reading.mouth_open is not None


def test_a_blink_is_no_cover():
    times = np.arange(0, 5, 0.1)
    shut = (times > 2.0) & (times < 2.35)
    assert not lasting(times, shut).any()
    assert lasting(times, (times > 1) & (times < 4)).sum() == pytest.approx(30, abs=3)
