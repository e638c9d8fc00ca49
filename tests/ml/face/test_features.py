"""Detection, landmarks, crop, eyes and mouth."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ml.core.errors import ModelMissing
from ml.face import detector, features


@pytest.fixture(scope="module")
def points(grey: np.ndarray) -> np.ndarray:
    (box,) = features.detect(grey)
    return features.landmarks(grey, box)


def test_the_face_is_found_where_it_is(grey: np.ndarray) -> None:
    (box,) = features.detect(grey)
    assert detector.overlap(box, np.array([172, 75, 270, 172])) > 0.6


def test_there_is_no_face_in_a_picture_of_coins(background: np.ndarray) -> None:
    assert features.detect(features.grey(background)) == []


def test_a_weak_response_counts_only_where_a_face_was(grey: np.ndarray) -> None:
    (box,) = features.detect(grey)
    turned = cv2.warpAffine(grey, cv2.getRotationMatrix2D((220, 115), 24, 1), grey.shape[::-1])
    assert len(features.detect(turned, near=[box])) >= len(features.detect(turned))
    elsewhere = np.array([400.0, 400, 500, 500])
    assert len(features.detect(turned, near=[elsewhere])) == len(features.detect(turned))


def test_a_photograph_of_several(real_data) -> None:
    picture = cv2.imread(str(real_data / "media" / "several_faces.jpg"), cv2.IMREAD_GRAYSCALE)
    assert len(features.detect(picture)) >= 2


def test_landmarks_are_in_their_places(points: np.ndarray) -> None:
    assert points.shape == (68, 2)
    right_eye, left_eye, mouth, chin = (
        points[36:42].mean(0),
        points[42:48].mean(0),
        points[48:60].mean(0),
        points[8],
    )
    assert right_eye[0] < left_eye[0]
    assert max(right_eye[1], left_eye[1]) < points[33, 1] < mouth[1] < chin[1]


def test_landmarks_carry_the_box_on(grey: np.ndarray, points: np.ndarray) -> None:
    (box,) = features.detect(grey)
    assert detector.overlap(features.box_of(points), box) > 0.65
    again = features.landmarks(grey, features.box_of(points))
    assert np.abs(again - points).mean() < 4


def test_the_crop_is_framed_like_fer2013(grey: np.ndarray, points: np.ndarray) -> None:
    face = features.crop(grey, points)
    assert face.shape == (48, 48)
    assert face.dtype == np.uint8
    again = features.landmarks(cv2.resize(face, (192, 192)), np.array([18.0, 34, 171, 184])) / 192
    eyes = again[36:48].mean(0)
    assert eyes == pytest.approx([0.5, 0.39], abs=0.06)
    assert abs(again[42:48, 1].mean() - again[36:42, 1].mean()) < 0.03


def test_the_crop_does_not_depend_on_resolution_or_roll(portrait: np.ndarray) -> None:
    picture = features.grey(portrait)
    turn = cv2.getRotationMatrix2D((220, 115), 10, 1)
    points = features.landmarks(picture, features.detect(picture)[0])
    turned_points = points @ turn[:, :2].T + turn[:, 2]
    turned = features.crop(cv2.warpAffine(picture, turn, (512, 512)), turned_points).astype(int)
    halved = features.crop(cv2.resize(picture, (256, 256), interpolation=cv2.INTER_AREA), points / 2 - 0.25)
    plain = features.crop(picture, points).astype(int)
    assert np.abs(plain - turned).mean() < 6
    assert np.abs(plain - halved.astype(int)).mean() < 6


def test_a_crop_beyond_the_edge_repeats_it() -> None:
    points = np.zeros((68, 2))
    points[36:42], points[42:48], points[33] = (0, 0), (20, 0), (10, 15)
    assert features.crop(np.full((40, 40), 77, np.uint8), points).tolist() == np.full((48, 48), 77).tolist()


def test_eye_aspect_ratio_of_a_drawn_eye() -> None:
    points = np.zeros((68, 2))
    for first in (36, 42):
        points[first : first + 6] = [(0, 0), (10, -6), (20, -6), (30, 0), (20, 6), (10, 6)]
    assert features.eye_aspect_ratio(points) == pytest.approx(12 / 30)
    points[:, 1] *= 0.1
    assert features.eye_aspect_ratio(points) == pytest.approx(1.2 / 30)


def test_the_astronaut_has_open_eyes_and_smiles_with_open_lips(points: np.ndarray) -> None:
    assert 0.2 < features.eye_aspect_ratio(points) < 0.5
    assert features.mouth_aspect_ratio(points) > features.MOUTH_OPEN


def test_mouths_of_the_labelled_faces(real_data) -> None:
    with np.load(real_data / "faces" / "mouth_open.npz") as file:
        faces, truth = file["x"][:150], file["mouth_open"][:150]
    right = found = 0
    for face, is_open in zip(faces, truth, strict=True):
        face = cv2.copyMakeBorder(face, 40, 40, 40, 40, cv2.BORDER_REPLICATE)
        for box in features.detect(face)[:1]:
            found += 1
            right += (features.mouth_aspect_ratio(features.landmarks(face, box)) > features.MOUTH_OPEN) == is_open
    assert found > 130
    assert right / found > 0.82


def test_a_missing_landmark_model_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "find_spec", lambda name: None)
    with pytest.raises(ModelMissing, match="landmark model is missing") as caught:
        features.predictor_path()
    assert caught.value.code == "model_missing"
