"""Step responses of the fusion beside the paper's mean."""

from __future__ import annotations

import numpy as np
import pytest

from bench import fusion
from ml.fusion.stream import TICK, shipped
from ml.training.fusion.fit_stream import follow, names, step_response


def test_the_table_has_every_way_and_the_speed(monkeypatch):
    for name, value in {"CHANGING": 36, "STEADY": 6, "MINUTES": 1}.items():
        monkeypatch.setattr(fusion, name, value)
    found = fusion.measure()
    ours, quick, slow = found["steps"].values()
    assert ours["median_seconds_to_follow"] < slow["median_seconds_to_follow"]
    assert ours["false_switches_a_minute"] < 0.5 * quick["false_switches_a_minute"]
    assert ours["moments_named_rightly"] > max(quick["moments_named_rightly"], slow["moments_named_rightly"])
    assert found["speed"]["times_real_time"] >= 500
    text = fusion.table(found)
    assert "the paper's mean, every 30 ms" in text and "times real time" in text


def test_what_is_learned_at_once_is_what_the_stream_does():
    """The weights are learned with all streams side by side; pushed row by row they name the same classes."""
    streams = fusion.assemble(fusion._bank(), 12, seed=3, drop=0.2, strangers=0.3)
    settings = shipped()
    together, pushed = names(settings, follow(settings, streams)), fusion.ours(settings, streams)
    there = ~np.isnan(streams.face[:, :, 0]) | ~np.isnan(streams.voice[:, :, 0])
    assert (together == pushed)[there].mean() > 0.99


def test_a_step_response_is_read_off_rightly():
    truth = np.array([[6] * 16 + [3] * 32])
    named = np.array([[6] * 20 + [3] * 10 + [0] + [3] * 17])
    found = step_response(named, truth)
    assert found["median_seconds_to_follow"] == pytest.approx(5 * TICK)
    assert found["false_switches_a_minute"] == pytest.approx(2 / (48 * TICK / 60))
    assert step_response(np.full((1, 48), 6), truth)["never_followed"] == 1
