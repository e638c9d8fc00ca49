"""By when a candidate is owed an answer, by place."""

from __future__ import annotations

import pytest
from flask import Flask

from webapp.policy.clocks import answer_clock


@pytest.mark.parametrize(
    ("place", "days", "is_law"),
    [
        ("CA-ON", 45, True),
        ("CA", 45, True),  # it may be in Ontario
        ("CA-QC", 60, False),
        ("FR", 60, False),
        (None, 60, False),
        ("nowhere", 60, False),
    ],
)
def test_the_place_decides_and_an_own_rule_may_be_shorter(app: Flask, place, days: int, is_law: bool):
    app.config["ANSWER_DAYS"] = 60
    assert (answer_clock(place).days, bool(answer_clock(place).law)) == (days, is_law)
    app.config["ANSWER_DAYS"] = 14
    assert (answer_clock(place).days, answer_clock(place).law) == (14, "")
