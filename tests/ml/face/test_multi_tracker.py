"""Who is who, and who is followed."""

from __future__ import annotations

import cv2
import numpy as np

from ml.face.detector import Found
from ml.face.multi_tracker import MultiObjectTracker


def box(x: float, size: float = 100) -> Found:
    return Found(np.array([x, 50.0, x + size, 50 + size]), 1.0)


def test_one_person_who_moves_stays_one() -> None:
    people = MultiObjectTracker()
    numbers = {people.update([box(20 * i)], i * 0.2).number for i in range(20)}
    assert numbers == {0}
    assert people.summary() == {"max_faces": 1, "share_with_several": 0.0}


def test_the_one_who_was_there_first_is_followed() -> None:
    people = MultiObjectTracker()
    for i in range(20):
        people.update([box(0)], i * 0.2)
    chosen = [people.update([box(300, 130), box(2)], 4 + i * 0.2).number for i in range(10)]
    assert set(chosen) == {0}
    assert people.others() == {1}
    assert people.summary() == {"max_faces": 2, "share_with_several": 9 / 30}  # the first look is no proof


def test_of_two_at_once_the_larger_is_followed() -> None:
    people = MultiObjectTracker()
    chosen = [people.update([box(0, 80), box(300, 140)], i * 0.2) for i in range(5)]
    assert {person.box[0] for person in chosen} == {300}


def test_somebody_gone_for_long_is_somebody_new() -> None:
    people = MultiObjectTracker()
    first = people.update([box(0)], 0.0).number
    assert people.update([], 1.0) is None
    assert people.update([box(5)], 2.0).number == first
    assert people.update([box(5)], 10.0).number != first


def test_a_flicker_is_nobody() -> None:
    people = MultiObjectTracker()
    for i in range(300):
        people.update([box(0), box(400)] if i == 100 else [box(0)], i * 0.2)
    assert people.summary() == {"max_faces": 1, "share_with_several": 0.0}
    assert [track["id"] for track in people.tracks()] == [0]


def test_among_people_of_like_size_one_is_followed() -> None:
    people, chosen = MultiObjectTracker(), []
    for step in range(40):
        wobble = (step % 3) - 1  # now the one, now the other is a little larger
        boxes = [box(0, 80 + 2 * wobble), box(300, 80 - 2 * wobble)]
        chosen.append(people.update(boxes[:: 1 if step % 2 else -1], step / 5).number)
    assert len(set(chosen)) == 1
    assert people.others() == {1 - chosen[0]}


def heads(seed: int = 0) -> list[np.ndarray]:
    """Two pictures of 100 pixels that do not look alike."""
    random = np.random.default_rng(seed)
    return [cv2.resize(random.integers(0, 255, (6, 6), dtype=np.uint8), (140, 140)) for _ in range(2)]


def scene(places: dict[int, int]) -> np.ndarray:
    """A picture with the heads named at their places; a later one hides an earlier one."""
    picture = np.full((200, 800), 90, np.uint8)
    for name, x in places.items():
        picture[30:170, x : x + 140] = heads()[name]
    return picture


def test_people_who_cross_do_not_swap() -> None:
    people = MultiObjectTracker()
    for i in range(21):
        time, left, right = i * 0.2, 20 + 30 * i, 620 - 30 * i
        hidden = abs(left - right) < 90  # the first walks behind the second
        found = [box(right + 20)] if hidden else [box(left + 20), box(right + 20)]
        picture = scene({0: left, 1: right})
        people.update(found, time, picture)
        if i == 0:
            names = [person.number for person in people.here()]
    ends = {person.number: person.box[0] for person in people.here()}
    assert ends == {names[0]: 640, names[1]: 40}
    assert len(people.everyone) == 2
    spans = {track["id"]: track["spans"] for track in people.tracks()}
    assert [len(spans[number]) for number in names] == [2, 1]  # who was hidden for a moment has two


def test_somebody_hidden_for_a_second_is_the_same() -> None:
    people = MultiObjectTracker()
    for i in range(10):
        people.update([box(40)], i * 0.2, scene({0: 20}))
    for i in range(5):
        assert people.update([], 2.0 + i * 0.2, scene({})) is None
    assert people.update([box(90)], 3.2, scene({0: 70})).number == 0


def test_the_reading_waits_for_a_face_hidden_for_a_moment() -> None:
    people = MultiObjectTracker()
    for i in range(20):
        people.update([box(0, 120), box(300)], i * 0.2)
    assert people.update([box(300)], 4.0) is None
    assert people.update([box(0, 120), box(300)], 4.4).number == 0
    for i in range(20):
        last = people.update([box(300)], 4.6 + i * 0.2)
    assert last.number == 1


def test_tracks_say_who_was_there_when_and_how_large() -> None:
    people = MultiObjectTracker()
    for i in range(100):
        people.update([box(0, 120), *([box(300, 90)] if 50 <= i < 80 else [])], i * 0.1)
    first, second = people.tracks(scale=2.0)
    assert (first["candidate"], second["candidate"]) == (True, False)
    assert first["share"] == 1.0
    assert second["share"] == 0.29
    assert second["spans"] == [[5.0, 7.9]]
    assert (first["median_box_px"], second["median_box_px"]) == (240, 180)


def test_a_stream_without_an_end_forgets_who_has_gone_and_goes_on() -> None:
    people = MultiObjectTracker()
    for k in range(200):
        people.update([box(10), box(300 + 60 * (k % 7), 50)], 5.0 * k)
        people.forget()
    assert len(people.everyone) <= 4
    numbers = [person.number for person in people.everyone]
    assert numbers == sorted(set(numbers))
    assert max(numbers) > 100  # a number is given once
    assert all(len(person.spans) == 1 and len(person.widths) == 0 for person in people.everyone)
