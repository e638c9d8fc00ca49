"""What `./viva bench faults` calls missed, and that it then ends with 1."""

from __future__ import annotations

import json

import pytest

from bench import __main__ as command
from bench import faults

FINE = {
    "submitted": 200,
    "errors": 0,
    "healthz_ms_under_500_slow_clients": 480.0,
    "peak_mb_on_hostile_media": 166.6,
    "complete": True,
}


@pytest.mark.parametrize(
    ("change", "missed"),
    [
        ({}, []),
        ({"submitted": 199}, ["submitted 200"]),
        ({"errors": 1}, ["errors 0"]),
        ({"healthz_ms_under_500_slow_clients": 1241.2}, ["healthz below 1000 ms"]),
        ({"healthz_ms_under_500_slow_clients": None}, ["healthz below 1000 ms"]),
        ({"peak_mb_on_hostile_media": 401.0}, ["at most 400 MB on hostile media"]),
    ],
)
def test_a_bound_that_does_not_hold_is_named_and_ends_with_one(monkeypatch, capsys, change, missed):
    found = {**FINE, **change}
    assert faults._missed(found, 200, 500) == missed
    monkeypatch.setattr(faults, "measure", lambda: {**found, "missed": missed})
    assert command.main(["faults", "--json"]) == (1 if missed else 0)
    assert json.loads(capsys.readouterr().out)["missed"] == missed
