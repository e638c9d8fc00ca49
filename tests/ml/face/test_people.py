"""Who is followed."""

from __future__ import annotations

import numpy as np

from ml.face.people import People


def box(x: float, size: float = 100) -> np.ndarray:
    return np.array([x, 50.0, x + size, 50 + size])


def test_one_person_who_moves_stays_one() -> None:
    people = People()
    numbers = {people.update([box(20 * i)], i * 0.2).number for i in range(20)}
    assert numbers == {0}
    assert people.summary() == {"max_faces": 1, "share_with_several": 0.0}


def test_the_one_who_was_there_first_is_followed() -> None:
    people = People()
    for i in range(20):
        people.update([box(0)], i * 0.2)
    chosen = [people.update([box(300, 130), box(2)], 4 + i * 0.2).number for i in range(10)]
    assert set(chosen) == {0}
    assert people.others() == {1}
    assert people.summary() == {"max_faces": 2, "share_with_several": 10 / 30}


def test_of_two_at_once_the_larger_is_followed() -> None:
    people = People()
    chosen = [people.update([box(0, 80), box(300, 140)], i * 0.2) for i in range(5)]
    assert {person.box[0] for person in chosen} == {300}


def test_somebody_gone_for_long_is_somebody_new() -> None:
    people = People()
    first = people.update([box(0)], 0.0).number
    assert people.update([], 1.0) is None
    assert people.update([box(5)], 2.0).number == first
    assert people.update([box(5)], 10.0).number != first


def test_a_flicker_is_nobody() -> None:
    people = People()
    for i in range(300):
        people.update([box(0), box(400)] if i == 100 else [box(0)], i * 0.2)
    assert people.summary() == {"max_faces": 1, "share_with_several": 0.0}


def test_among_people_of_like_size_one_is_followed() -> None:
    people, chosen = People(), []
    for step in range(40):
        wobble = (step % 3) - 1  # now the one, now the other is a little larger
        boxes = [box(0, 80 + 2 * wobble), box(300, 80 - 2 * wobble)]
        chosen.append(people.update(boxes[:: 1 if step % 2 else -1], step / 5).number)
    assert len(set(chosen)) == 1
    assert people.others() == {1 - chosen[0]}
