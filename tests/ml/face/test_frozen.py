"""Pictures that stand still."""

from __future__ import annotations

import numpy as np

from ml.face.frozen import Change, change, inside, stretches, without_pictures


def test_a_stretch_of_the_same_pictures():
    times = [k / 2 for k in range(20)]
    same = [6 <= k <= 13 for k in range(20)]
    spans = stretches(times, same, np.arange(0, 10, 1 / 15), 10.0)
    assert spans == [(2.5, 6.5)]
    assert inside(np.array([2.0, 3.0, 6.5, 7.0]), spans).tolist() == [False, True, True, False]


def test_pictures_that_stop_coming_while_the_sound_goes_on():
    pictures = np.arange(0, 4, 1 / 15)
    spans = stretches([], [], pictures, 12.0)
    assert len(spans) == 1 and abs(spans[0][0] - 4) < 0.1 and spans[0][1] == 12.0
    assert abs(without_pictures(pictures, spans, 10) - 80) <= 1


def test_a_moment_is_no_freeze():
    assert stretches([0.0, 0.5, 1.0, 1.5], [False, True, True, False], np.arange(0, 2, 0.1), 2.0) == []
    assert stretches([], [], np.array([]), 1.0) == []


def test_a_key_picture_in_a_freeze_does_not_end_it():
    """An encoder draws the picture anew that stands still: a little differs for a look or two."""
    times = [k / 2 for k in range(24)]
    steady, redrawn = [Change.SAME] * 5, [Change.NEARLY] * 2
    moved = [Change.MOVED] * 6
    assert stretches(times, moved + steady + redrawn + steady, times, 12.0) == [(2.5, 8.5)]
    # Somebody who sits nearly still moves a little all the time, and moves much in between.
    assert stretches(times, moved + [Change.NEARLY, Change.NEARLY, Change.SAME] * 6, times, 12.0) == []
    assert stretches(times, moved + steady + [Change.MOVED] * 3 + steady, times, 12.0) == []
    assert stretches(times, moved + steady + [Change.NEARLY] * 4 + steady, times, 12.0) == []


def test_what_differs_between_two_pictures():
    picture = np.full((30, 40), 100, np.int16)
    spot = picture.copy()
    for level, found in ((100, Change.SAME), (101, Change.SAME), (103, Change.NEARLY), (140, Change.MOVED)):
        spot[3, 4] = level
        assert change(spot, picture) is found
