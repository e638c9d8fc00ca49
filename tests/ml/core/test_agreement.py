"""Intraclass correlations against the worked example of Shrout and Fleiss (1979)."""

from __future__ import annotations

import numpy as np
import pytest

from ml.core.agreement import one_way, two_way

#: Table 2 of Shrout and Fleiss (1979): six targets, four judges.
TABLE = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_the_worked_example():
    first, second = one_way(TABLE), two_way(TABLE)
    assert round(first.value, 2) == 0.17 and round(second.value, 2) == 0.29
    # The intervals as R's psych::ICC gives them for the same table.
    assert (first.low, first.high) == pytest.approx((-0.133, 0.723), abs=5e-4)
    assert (second.low, second.high) == pytest.approx((0.019, 0.761), abs=5e-4)
    assert (second.targets, second.raters) == (6, 4)


def test_raters_who_agree_and_raters_by_chance():
    same = [[score, score] for score in (1, 2, 3, 4, 5, 3)]
    assert one_way(same).value == 1 and two_way(same).value == 1
    generator = np.random.default_rng(3)
    chance = two_way(generator.integers(1, 6, (400, 3)).tolist())
    assert abs(chance.value) < 0.1 and chance.low < 0 < chance.high


def test_a_constant_difference_counts_against_agreement():
    shifted = [[score, score + 2] for score in (1, 2, 3, 2, 1, 3)]
    assert two_way(shifted).value < 0.35


def test_targets_with_raters_of_their_own_and_different_numbers():
    rows = [[4, 4], [2, 3, 2], [5, 5], [1, 1, 2, 1], [3, 3], [4]]
    found = one_way(rows)
    assert found.targets == 5 and 2 < found.raters < 3 and found.low < found.value < found.high and found.value > 0.8


@pytest.mark.parametrize("rows", [[], [[1, 2]] * 4, [[3, 3]] * 8, [[1], [2], [3], [4], [5], [5]]])
def test_not_enough(rows):
    assert one_way(rows) is None and two_way(rows) is None
