"""Rates and ratios against published figures."""

from __future__ import annotations

import math

import pytest

from webapp.fairness.statistics import Rate, compare, ratio_interval

#: The example of 6 RCNY § 5-301(c), "culture fit": people above the median, people, scoring rate, impact ratio.
SCORING = {
    "sex": {"male": (50, 92, 54.3, 1.00), "female": (34, 76, 44.7, 0.82)},
    "ethnicity": {
        "hispanic": (18, 28, 64.2, 1.00),
        "white": (15, 40, 37.5, 0.58),
        "black": (16, 32, 50.0, 0.78),
        "pacific": (5, 8, 62.5, 0.97),
        "asian": (10, 24, 41.7, 0.65),
    },
}


@pytest.mark.parametrize("group", SCORING)
def test_the_example_of_the_citys_rule(group):
    rows = compare({key: Rate(chosen, n) for key, (chosen, n, *_rest) in SCORING[group].items()})
    for key, (_chosen, _n, rate, ratio) in SCORING[group].items():
        assert 100 * rows[key].rate.value == pytest.approx(rate, abs=0.1), key
        assert rows[key].ratio == pytest.approx(ratio, abs=0.005), key


def test_exact_intervals_are_those_of_clopper_and_pearson():
    # Their own table (Biometrika 26, 1934) and the rule of three.
    assert Rate(10, 100).interval == pytest.approx((0.0490, 0.1762), abs=1e-4)
    assert Rate(0, 10).interval == pytest.approx((0.0, 0.3085), abs=1e-4)
    assert Rate(10, 10).interval == pytest.approx((0.6915, 1.0), abs=1e-4)
    assert Rate(0, 0).interval == (0.0, 1.0) and math.isnan(Rate(0, 0).value)


def test_ratio_intervals_are_koopmans():
    # Koopman 1984, example: 36 of 40 against 16 of 80, a ratio of 4.5 from 2.94 to 7.15.
    assert ratio_interval(Rate(36, 40), Rate(16, 80)) == pytest.approx((2.94, 7.15), abs=0.01)
    low, high = ratio_interval(Rate(0, 10), Rate(5, 10))
    assert low == 0.0 and 0 < high < 1
    assert ratio_interval(Rate(5, 10), Rate(0, 10))[1] == math.inf
    one, other = ratio_interval(Rate(7, 20), Rate(11, 25)), ratio_interval(Rate(11, 25), Rate(7, 20))
    assert one == pytest.approx((1 / other[1], 1 / other[0]), rel=1e-6)


def test_of_few_people_nothing_is_said():
    rows = compare({"male": Rate(3, 4), "female": Rate(10, 200), "other": Rate(1, 5)})
    assert rows["male"].ratio is None and not rows["male"].rate.is_enough
    assert rows["other"].is_reference and rows["female"].ratio == pytest.approx(0.25)
    assert rows["male"].is_small and not rows["female"].is_small
    assert compare({"male": Rate(0, 9)})["male"].ratio is None
    assert compare({}) == {}
