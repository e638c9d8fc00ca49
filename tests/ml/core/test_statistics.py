"""The shared statistics, against cases whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from ml.core.statistics import block_bootstrap, confusion, expected_calibration_error, recalls


def test_the_interval_of_independent_rows_is_the_textbooks():
    rows = np.random.default_rng(0).normal(3.0, 2.0, (400, 1))
    low, high = block_bootstrap(rows, 1)
    mean, half = rows.mean(), 1.96 * rows.std(ddof=1) / 20
    assert (low[0], high[0]) == pytest.approx((mean - half, mean + half), abs=0.03)


def test_dependent_rows_need_a_wider_interval():
    """Each value stands ten times in a row: blocks of ten see through it, single rows do not."""
    rows = np.repeat(np.random.default_rng(1).normal(size=(60, 1)), 10, axis=0)
    narrow, wide = (np.ptp(block_bootstrap(rows, block)) for block in (1, 10))
    assert wide > 2 * narrow
    # A block that begins anywhere holds parts of two runs: two thirds of a run's variance.
    expected = 2 * 1.96 * rows.std() / np.sqrt(60)
    assert wide == pytest.approx(expected * np.sqrt(2 / 3), rel=0.1)


def test_the_same_rows_and_seed_give_the_same_interval():
    rows = np.random.default_rng(2).random((50, 3))
    assert np.array_equal(block_bootstrap(rows, 5, 1), block_bootstrap(rows, 5, 1))
    assert not np.array_equal(block_bootstrap(rows, 5, 1), block_bootstrap(rows, 5, 2))


def test_one_block_gives_the_whole_range():
    rows = np.array([[0.1, 0.9], [0.4, 0.6]])
    low, high = block_bootstrap(rows, 10)
    assert low.tolist() == [0.1, 0.6]
    assert high.tolist() == [0.4, 0.9]


def test_no_rows_are_an_error():
    with pytest.raises(ValueError, match="N > 0"):
        block_bootstrap(np.zeros((0, 7)), 5)


def test_confusion_and_recalls():
    matrix = confusion(np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 0]), 3)
    assert matrix.tolist() == [[1, 1, 0], [1, 2, 0], [0, 0, 0]]
    each, uar = recalls(matrix)
    assert each[:2] == pytest.approx([1 / 2, 2 / 3])
    assert each[2] is None
    assert uar == pytest.approx(7 / 12)
    assert np.isnan(recalls(np.zeros((2, 2), int))[1])


def test_calibration_error():
    sure = np.array([[0.8, 0.2]] * 10)
    assert expected_calibration_error(sure, np.array([0] * 8 + [1] * 2)) == pytest.approx(0.0, abs=1e-9)
    assert expected_calibration_error(sure, np.zeros(10, int)) == pytest.approx(0.2)
    assert expected_calibration_error(np.array([[1.0, 0.0]]), np.array([1])) == pytest.approx(1.0)
    assert np.isnan(expected_calibration_error(np.zeros((0, 2)), np.zeros(0, int)))
