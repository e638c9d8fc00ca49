"""Faces followed picture by picture, and found at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest

from ml.face import detector, features
from ml.face.tracker import Face, Tracker
from ml.media import demux
from tests.ml.face.conftest import put


def follow(pictures: Iterable[np.ndarray], tracker: Tracker, fps: float = 15, start: float = 0.0) -> list[list[Face]]:
    return [tracker.step(picture, start + number / fps) for number, picture in enumerate(pictures)]


def test_a_face_keeps_its_number_and_its_landmarks(head: np.ndarray, room: np.ndarray) -> None:
    tracker = Tracker()
    found = follow((put(room, head, 100 + 4 * i, 120) for i in range(45)), tracker)
    assert all(len(faces) == 1 and faces[0].number == 0 for faces in found)
    for i, (face,) in enumerate(found):
        middle = face.points[30]  # the tip of the nose
        assert np.abs(middle - (100 + 4 * i + 101, 120 + 119)).max() < 15
    assert sum(face.sure for (face,) in found) < len(found) / 2  # the detector rested most of the time
    assert tracker.voids == []


def test_every_face_has_landmarks_where_all_are_wanted(head: np.ndarray, room: np.ndarray) -> None:
    pictures = [put(put(room, head, 60 + i, 120), head[:, ::-1], 360, 140) for i in range(12)]
    found = follow(pictures, Tracker(landmarks_of="all"))
    assert all(face.points is not None for faces in found for face in faces)
    assert {face.number for faces in found for face in faces} == {0, 1}
    followed = follow(pictures, Tracker())
    assert [sum(face.points is not None for face in faces) for faces in followed] == [1] * 12


def test_a_face_that_goes_is_gone_and_its_last_samples_with_it(head: np.ndarray, room: np.ndarray) -> None:
    tracker = Tracker()
    follow([put(room, head, 200, 120)] * 20, tracker)
    after = follow([room] * 30, tracker, start=20 / 15)
    gone = next(i for i, faces in enumerate(after) if not faces) / 15
    assert gone < 0.8
    ((number, start, end),) = tracker.voids
    assert number == 0
    assert start < 20 / 15 + 0.01 < end < 20 / 15 + gone + 0.1


def test_somebody_back_after_a_second_is_the_same(head: np.ndarray, room: np.ndarray) -> None:
    tracker = Tracker()
    seen = [put(room, head, 200, 120)] * 15
    found = follow([*seen, *[room] * 20, *seen], tracker)
    assert found[-1][0].number == 0
    assert len(tracker.people.everyone) == 1
    assert len(tracker.people.everyone[0].spans) == 2


def test_a_newcomer_is_found_within_two_seconds(head: np.ndarray, room: np.ndarray) -> None:
    tracker = Tracker()
    one = put(room, head, 40, 120)
    follow([one] * 20, tracker)
    found = follow([put(one, head[:, ::-1], 380, 120)] * 31, tracker, start=20 / 15)
    assert len(found[-1]) == 2
    assert found[-1][0].number == tracker.followed.number == 0


def test_people_who_cross_keep_their_numbers(real_data: Path, room: np.ndarray) -> None:
    picture = cv2.imread(str(real_data / "media" / "several_faces.jpg"), cv2.IMREAD_GRAYSCALE)
    heads = []
    for box in features.detect(picture)[:2]:
        centre, half = (box[:2] + box[2:]) / 2, 0.75 * (box[2] - box[0])
        left, top, right, bottom = (round(float(v)) for v in (*(centre - half), *(centre + half)))
        heads.append(cv2.resize(picture[max(0, top) : bottom, max(0, left) : right], (180, 180)))

    def at(i: int) -> np.ndarray:
        return put(put(room, heads[0], 20 + 6 * i, 140), heads[1], 440 - 6 * i, 140)  # the second in front

    tracker = Tracker()
    found = follow((at(i) for i in range(70)), tracker)

    def order(faces: list[Face]) -> list[int]:
        return [face.number for face in sorted(faces, key=lambda face: face.box[0])]

    first, last = order(found[3]), order(found[-1])
    assert len(first) == len(last) == 2
    assert first == last[::-1]


def test_a_head_on_its_side_is_followed(head: np.ndarray, room: np.ndarray) -> None:
    def rolled(degrees: float) -> np.ndarray:
        picture = put(room, head, 220, 120)
        turn = cv2.getRotationMatrix2D((320.0, 220.0), -degrees, 1.0)
        return cv2.warpAffine(picture, turn, (640, 480), borderMode=cv2.BORDER_REPLICATE)

    tracker = Tracker()
    found = follow((rolled(min(40.0, i)) for i in range(60)), tracker)
    assert all(len(faces) == 1 and faces[0].number == 0 for faces in found)
    assert features.tilt_of(found[-1][0].points) == pytest.approx(40, abs=8)


def test_photographs_are_searched_as_well_as_dlib_does_at_full_size(real_data: Path) -> None:
    wanted = found = more = 0
    for path in sorted((real_data / "media").glob("*.jpg")):
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        full = detector.search(picture, 10_000, least=0.0)
        ours = detector.search(picture, detector.FINE)
        hit = sum(any(detector.overlap(a.box, b.box) > 0.4 for b in ours) for a in full)
        wanted, found, more = wanted + len(full), found + hit, more + len(ours) - hit
    assert wanted >= 25
    assert found >= 0.96 * wanted
    assert more <= 1


def test_nobody_is_seen_where_nobody_is(real_data: Path) -> None:
    tracker = Tracker()
    for picture in demux.pictures(real_data / "media" / "no_face.mp4", fps=15):
        tracker.step(picture.grey, picture.time)
    assert tracker.people.everyone == []
    nothing = cv2.imread(str(real_data / "media" / "no_faces.jpg"), cv2.IMREAD_GRAYSCALE)
    assert features.detect(nothing) == []


def test_a_close_look_finds_small_faces_at_once(head: np.ndarray, room: np.ndarray) -> None:
    small = cv2.resize(head, (100, 100), interpolation=cv2.INTER_AREA)
    pictures = [put(room, head, 60, 120), *[put(put(room, head, 60, 120), small, 440, 200)] * 4]
    casual, closely = Tracker(), Tracker()
    found = []
    for number, picture in enumerate(pictures):
        casual.step(picture, number / 5)
        closely.look_closely()
        found = closely.step(picture, number / 5)
    assert len(found) == 2
    assert len(casual.people.here()) == 1
    closely.forget()
    assert [face.number for face in closely.step(pictures[-1], 1.2)] == [face.number for face in found]
