"""Bools in bits."""

import numpy as np
import pytest

from ml.speech.bitset import Bitset, each_run, runs

rng = np.random.default_rng(0)


def test_slices_are_read_and_written_as_of_an_array():
    plain, marks = np.zeros(1_003, bool), Bitset(1_003)
    for first, last in rng.integers(0, 1_100, (60, 2)):
        values = rng.random(max(0, len(plain[first:last]))) < 0.5
        plain[first:last] = values
        marks[first:last] = values
        plain[last : last + 9] = marks[last : last + 9] = True
        assert np.array_equal(marks[first // 2 : last], plain[first // 2 : last])
    assert np.array_equal(marks[:], plain) and len(marks) == len(plain)
    assert marks.sum() == plain.sum() and marks.any()
    assert Bitset(0).sum() == 0 and not Bitset(9).any() and len(Bitset(0)[:]) == 0


def test_what_is_made_part_by_part_is_the_whole():
    plain = rng.random(130_001) < 0.3
    marks = Bitset.made(len(plain), lambda part: plain[part])
    assert np.array_equal(marks[:], plain)
    assert runs(marks) == runs(plain)


@pytest.mark.parametrize("cuts", [[], [1], [3, 3, 5], [2, 7], [10]])
def test_stretches_do_not_depend_on_the_pieces(cuts):
    flags = np.array([1, 1, 0, 0, 1, 1, 1, 1, 0, 1], bool)
    assert list(each_run(np.split(flags, cuts))) == [(0, 2), (4, 8), (9, 10)]
    assert list(each_run(np.split(~flags, cuts))) == [(2, 4), (8, 9)]
