"""The whole picture is searched where something new is in it, and seldom where nothing is."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ml.face import detection_scheduler, detector
from ml.face.tracker import Tracker
from ml.media import demux
from tests.ml.face.conftest import put


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of each search of the whole picture from now on."""
    sizes, search = [], detector.search

    def counted(picture: np.ndarray, side: int = detector.COARSE, **rest) -> list[detector.Found]:
        sizes.append(side)
        return search(picture, side, **rest)

    monkeypatch.setattr(detector, "search", counted)
    return sizes


@pytest.mark.parametrize("start", [1.0, 2.2, 3.7])
@pytest.mark.parametrize("size", [185, 240])
def test_somebody_who_walks_in_is_found_within_a_second(
    head: np.ndarray, room: np.ndarray, start: float, size: int
) -> None:
    other = cv2.resize(head[:, ::-1], (size, size), interpolation=cv2.INTER_AREA)  # the face takes 0.45 of that
    tracker, found = Tracker(), None
    for number in range(round(15 * (start + 2.5))):
        time = number / 15
        inside = min(1.0, max(0.0, time - start) / 0.8)  # it takes them 0.8 s to be in the picture
        picture = put(put(room, head, 40, 120), other, 640 - round(inside * (size + 20)), 150)
        if len(tracker.step(picture, time)) == 2 and found is None:
            found = time
    assert found is not None
    assert found <= start + 0.8 + 1.0


def test_somebody_small_is_found_soon_after_coming(head: np.ndarray, room: np.ndarray) -> None:
    other = cv2.resize(head[:, ::-1], (115, 115), interpolation=cv2.INTER_AREA)
    both = put(put(room, head, 40, 120), other, 480, 60)
    assert len(detector.search(both)) == 1  # a coarse search does not know a face so small
    tracker = Tracker()
    for number in range(15 * 2):
        tracker.step(put(room, head, 40, 120), number / 15)
    assert next(n for n in range(15 * 6) if len(tracker.step(both, 2 + n / 15)) == 2) / 15 <= 4


def test_where_nothing_is_new_searches_are_rare(head: np.ndarray, room: np.ndarray, searches: list[int]) -> None:
    tracker, random = Tracker(), np.random.default_rng(0)
    for number in range(15 * 14):
        time = number / 15
        picture = put(room, head, 200 + round(7 * np.sin(time)), 120 + round(4 * np.sin(3 * time)))
        picture = cv2.add(picture, random.integers(0, 6, picture.shape).astype(np.uint8))
        assert len(tracker.step(picture, time)) == 1
    assert searches == [detector.FINE, detector.COARSE, detector.COARSE]  # at once, after five and ten seconds


def test_a_room_that_never_rests_is_searched_at_a_pace(room: np.ndarray, head: np.ndarray, searches: list[int]) -> None:
    tracker = Tracker()
    for number in range(15 * 10):
        picture = put(np.roll(room, 40 * number, 1), head, 200, 120)
        tracker.step(picture, number / 15)
    assert 5 <= len(searches) <= 9


def test_somebody_lost_is_searched_for_though_nothing_is_new(
    room: np.ndarray, head: np.ndarray, searches: list[int]
) -> None:
    other = cv2.GaussianBlur(head[:, ::-1], (0, 0), 9)  # no face any more, and hardly another picture
    both = put(put(room, head, 40, 120), head[:, ::-1], 380, 120)
    tracker = Tracker()
    for number in range(15 * 3):
        tracker.step(both, number / 15)
    for number in range(15 * 3, 15 * 8):
        tracker.step(put(put(room, head, 40, 120), other, 380, 120), number / 15)
    assert len(tracker.people.here()) == 1
    searches.clear()
    back = next(n for n in range(60) if len(tracker.step(both, 8 + n / 15)) == 2) / 15
    assert back <= 2


def test_news_is_what_was_not_near_before(room: np.ndarray, head: np.ndarray) -> None:
    before, box = detection_scheduler._small(room), np.array([400.0, 120, 600, 320]) / 16
    face = detection_scheduler._small(put(room, head, 400, 120))
    assert detection_scheduler.has_changed(face, before, [])
    assert not detection_scheduler.has_changed(face, before, [box])  # known of
    assert not detection_scheduler.has_changed(before, before, [])
    shifted = cv2.warpAffine(room, np.array([[1.0, 0, 9], [0, 1, -6]]), (640, 480), borderMode=cv2.BORDER_REPLICATE)
    assert not detection_scheduler.has_changed(detection_scheduler._small(shifted), before, [])
    assert detection_scheduler.has_changed(before, before[:, 1:], [])  # another shape


def test_what_a_sway_brings_in_at_the_edge_is_no_news(room: np.ndarray) -> None:
    wide = np.hstack([room, np.zeros((480, 16), np.uint8)])
    assert not detection_scheduler.has_changed(
        detection_scheduler._small(wide[:, 16:]), detection_scheduler._small(wide[:, :640]), []
    )


def test_what_only_seems_a_face_does_not_stand_a_second_look(
    room: np.ndarray, head: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = put(room, head, 60, 120)
    (real,) = detector.search(picture)
    seeming = detector.Found(np.array([420.0, 200, 520, 300]), 0.9)
    monkeypatch.setattr(detector, "search", lambda *_, **__: [seeming, real])
    found = detection_scheduler.DetectionScheduler(detection_scheduler.DetectionIntervals()).search(picture, 0.0, [])
    assert [one.box.tolist() for one in found] == [real.box.tolist()]


def test_a_second_look_loses_nobody_on_photographs(real_data: Path) -> None:
    for path in sorted((real_data / "media").glob("*.jpg")):
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        for side in (detector.COARSE, detector.FINE):
            assert len(detection_scheduler._search(picture, side, [])) == len(detector.search(picture, side))


def test_films_of_one_person_are_searched_seldom(real_data: Path, searches: list[int]) -> None:
    tracker = Tracker()
    for picture in demux.pictures(real_data / "media" / "talking_a.mp4", fps=10, max_height=480):
        tracker.step(picture.grey, picture.time)
    assert len(searches) <= 3
