"""What the face benchmarks are made of: the disturbances do what they say, and tables say what was measured."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bench import disturbances, face, face_choices, face_robustness
from bench.disturbances import Scene
from ml.face import detector, features
from ml.media.animated_portrait import AnimatedPortrait


@pytest.fixture(scope="module")
def scene() -> Scene:
    picture = cv2.cvtColor(AnimatedPortrait().draw(), cv2.COLOR_RGB2GRAY)
    return Scene(picture, detector.search(picture)[0].box)


def points_of(scene: Scene) -> np.ndarray:
    return features.landmarks(scene.picture, scene.box, scene.tilt)


def test_a_smaller_face_is_as_small_as_said(scene: Scene) -> None:
    small = disturbances.size(scene, 40)
    assert small.width == pytest.approx(40)
    assert small.picture.shape[1] == pytest.approx(640 * 40 / scene.width, abs=1)


def test_a_rolled_head_is_rolled_clockwise(scene: Scene) -> None:
    rolled = disturbances.roll(scene, 20)
    assert features.tilt_of(points_of(rolled)) - features.tilt_of(points_of(scene)) == pytest.approx(20, abs=4)


def test_a_turned_head_shows_less_of_one_side(scene: Scene) -> None:
    def sides(scene: Scene) -> float:
        points = points_of(scene)
        return float((points[30, 0] - points[36, 0]) / (points[45, 0] - points[30, 0]))

    assert sides(disturbances.yaw(scene, 30)) > 1.4 * sides(scene)
    assert sides(disturbances.yaw(scene, -30)) < sides(scene) / 1.4


def test_pictures_get_worse_with_the_level(scene: Scene) -> None:
    def edges(scene: Scene) -> float:
        return float(cv2.Laplacian(scene.picture, cv2.CV_32F).std())

    assert edges(scene) > edges(disturbances.blur(scene, 1)) > edges(disturbances.blur(scene, 4))
    dark = disturbances.darkness(scene, 3).picture
    assert dark.mean() == pytest.approx(scene.picture.mean() / 8, rel=0.1)
    for coded in (disturbances.jpeg, disturbances.vp8):
        few, many = (np.abs(coded(scene, level).picture.astype(int) - scene.picture).mean() for level in (30, 60))
        assert 0 < few < many
    for part in ("mouth", "eyes", "left half"):
        changed = disturbances.cover(scene, part).picture != scene.picture
        assert 0.02 < changed.mean() < 0.3


def test_the_curves_need_no_data_of_others(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("VIVA_DATA", str(tmp_path))
    monkeypatch.setattr(face_robustness, "ALL", [("blur", "%", disturbances.blur, (1, 6))])
    found = face_robustness.measure()
    assert found["n"] == {"people": 2}
    first, last = found["curves"]
    assert first["kept"] == first["found"] == 1.0
    assert last["found"] <= first["found"]
    assert "blur" in face_robustness.table(found)


def test_the_table_says_what_is_wanted() -> None:
    found = {
        "ours": {"cpu_per_minute": 3.0, "peak_mb": 300.0},
        "seed": {"cpu_per_minute": 66.0, "peak_mb": 900.0, "parameters": 17_600_000, "shares": {"detector": 0.6}},
        "decode_per_minute": 1.2,
        "ratio": 22.0,
        "videos": [{"name": "ours", "pictures": 200, "theirs": 200, "missed": 1, "only_ours": 0}],
        "missed": 0.005,
        "detectors": {"wanted": 27, "ways": [["full", 60.0, 1.0, 27, 0], ["near", 1.0, 1.0, None, None]]},
        "cadences": [[0.35, 2, 10, True, 0.9, 0.01, 0.6, 0.5]],
        "runtimes": [("ONNX Runtime", 0.7, 120.0), ("TensorFlow", None, "not installed")],
    }
    text = face.table(found)
    assert "22.0 times the seed's speed" in text
    assert "20.0 times real time" in text
    assert "0.5% of the seed's faces missed" in text
    assert "27 of 27" in text
    assert "not installed" in text
    assert face_choices.table(found) in text


def test_the_seeds_network_has_the_seeds_size() -> None:
    from bench.seed_face import xception

    assert xception().count_params() == pytest.approx(17.6e6, rel=0.02)
