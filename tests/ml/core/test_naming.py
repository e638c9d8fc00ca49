"""What may be named, and how numbers are written: one rule for all."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from ml.core.formatting import clock, number, percent
from ml.core.naming import dominant, has_interval, is_open, is_sure, leader
from ml.core.readings import Estimate


def estimates(**values: tuple[float, float, float, int]) -> dict[str, Estimate]:
    return {name: Estimate(*value) for name, value in values.items()}


def test_a_class_is_named_above_every_other_interval():
    clear = estimates(happy=(0.6, 0.5, 0.7, 9), sad=(0.3, 0.2, 0.4, 9), angry=(0.1, 0.0, 0.45, 9))
    assert dominant(clear, 0.9) == "happy"
    # the third class by its value reaches further up than the second
    assert dominant({**clear, "angry": Estimate(0.1, 0.0, 0.55, 9)}, 0.9) is None
    assert dominant(clear, 0.29) is None
    assert dominant(estimates(happy=(0.6, 0.6, 0.6, 1), sad=(0.4, 0.4, 0.4, 1)), 1.0) is None


def test_one_moment_is_named_where_one_class_outweighs_all_others():
    assert is_sure(np.array([[0.5, 0.3, 0.2], [0.4, 0.35, 0.25]])).tolist() == [True, False]
    assert is_sure(np.array([0.4, 0.6])) and not is_sure(np.array([0.4, 0.6]), 0.7)


def test_a_lead_is_named_where_it_is_more_than_chance():
    rows = np.tile([0.5, 0.3, 0.2], (12, 1)) + np.random.default_rng(0).normal(0, 0.01, (12, 3))
    assert leader(rows, 2) == 0
    rows[::2] = rows[::2, [1, 0, 2]]
    assert leader(rows, 2) is None


def test_an_interval_needs_two_and_says_nothing_across_the_middle():
    assert not has_interval(Estimate(0.4, 0.4, 0.4, 1)) and has_interval(Estimate(0.4, 0.3, 0.5, 2))
    assert is_open(Estimate(0.52, 0.4, 0.6, 9)) and not is_open(Estimate(0.7, 0.55, 0.8, 9))


def test_numbers_in_words():
    assert percent(0.3149) == "31 %" and percent(0.3149, 1) == "31.5 %" and percent(None) == "–"
    assert clock(59.6) == "1:00" and clock(3725) == "1:02:05" and clock(timedelta(minutes=2)) == "2:00"
    assert clock(61.26, 1) == "1:01.3" and clock(None) == "–"
    assert number(-1234.56, 1, "dB") == "−1,234.6 dB" and number(None) == "not enough to tell"
