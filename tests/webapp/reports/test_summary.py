"""Summing up several answers."""

from __future__ import annotations

import pytest

from ml.core.readings import Estimate, Track
from webapp.reports import summary
from webapp.reports.formatting import bins, interval, number


def estimate(value, half, n=10):
    return Estimate(value, value - half, value + half, n)


def test_answers_count_by_what_could_be_read():
    whole = summary.emotions([({"happy": estimate(0.2, 0.1)}, 90.0), ({"happy": estimate(0.6, 0.1)}, 10.0)])
    assert whole["happy"].value == pytest.approx(0.24)
    assert whole["happy"].n == 20


def test_equal_answers_make_the_interval_narrower_and_different_ones_wider():
    same = summary.emotions([({"happy": estimate(0.4, 0.1)}, 1.0)] * 4)["happy"]
    assert same.high - same.low == pytest.approx(0.1)
    apart = summary.emotions([({"happy": estimate(value, 0.1)}, 1.0) for value in (0.1, 0.3, 0.5, 0.7)])["happy"]
    assert apart.high - apart.low > 0.4


def test_one_answer_keeps_its_own_interval():
    one = summary.emotions([({"happy": estimate(0.4, 0.1)}, 7.0)])["happy"]
    assert (one.low, one.value, one.high) == pytest.approx((0.3, 0.4, 0.5))


def test_the_shares_still_add_up_to_one():
    parts = [
        ({"a": estimate(0.3, 0.1), "b": estimate(0.7, 0.1)}, 3.0),
        ({"a": estimate(0.5, 0.1), "b": estimate(0.5, 0.1)}, 1.0),
    ]
    assert sum(e.value for e in summary.emotions(parts).values()) == pytest.approx(1.0)


def test_more_answers_do_not_make_the_traits_more_certain():
    whole = summary.traits([({"openness": estimate(0.6, 0.2)}, 50.0)] * 5)["openness"]
    assert (whole.low, whole.value, whole.high) == pytest.approx((0.4, 0.6, 0.8))


def test_nothing_to_sum_up_is_nothing():
    assert summary.emotions([]) == {} and summary.traits([]) == {}


def test_a_long_track_becomes_a_short_table_with_its_holes():
    times = [index * 0.2 for index in range(3000)]
    rows = [None if 100 <= time < 200 else [0.7, 0.3] for time in times]
    table = bins(Track(("happy", "sad"), times, rows), rows=30)
    assert len(table) == 30 and table[0]["label"] == "happy" and table[0]["value"] == pytest.approx(0.7)
    assert table[6] == {
        "start": pytest.approx(120, abs=1),
        "end": pytest.approx(140, abs=1),
        "label": None,
        "value": None,
    }
    assert bins(Track((), [], [])) == []


def test_words_for_what_is_not_known():
    assert number(None, 1, "s") == interval(None) == "not enough data"
    assert number(4.25, 1, "s") == "4.2 s"
    assert number(-69.4, 0, "dB of full-scale") == "−69 dB of full-scale"
    assert number(-0.04) == "0.0"


def test_a_single_stretch_gets_no_interval():
    assert interval(estimate(0.4, 0.0, n=1)) == "40 % (not enough data for an interval)"
    assert interval(estimate(0.4, 0.1, n=2)) == "40 % (30 to 50 %)"
