"""What a monitor and an admin are told about the parts of this Viva."""

from __future__ import annotations

import os
import time

import pytest

from webapp.accounts.models import Role
from webapp.core import liveness
from webapp.health import checks


@pytest.fixture
def long_running(monkeypatch):
    monkeypatch.setattr(checks, "_BEGAN", time.monotonic() - 3600)


def hear(app, **ages: float) -> None:
    for name, age in ages.items():
        liveness.note(app.config["HOME"], name)
        path = liveness.folder(app.config["HOME"]) / name
        os.utime(path, (time.time() - age, time.time() - age))


def test_all_is_well(app, client, long_running):
    hear(app, clock=1, quick=1, analysis=1, transcripts=1, upkeep=1, outbox=1)
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ok",
        "parts": {
            "database": "ok",
            "clock": "ok",
            "quick": "ok",
            "analysis": "ok",
            "transcripts": "ok",
            "upkeep": "ok",
            "outbox": "ok",
        },
    }


def test_a_worker_that_does_nothing_shows(app, client, make, sign_in, long_running):
    hear(app, clock=1, quick=500, analysis=1, transcripts=1, upkeep=1, outbox=1)
    answer = client.get("/healthz").json
    assert answer["status"] == "degraded"
    assert answer["parts"]["quick"] == "stale"
    sign_in(make.user(Role.ADMIN))
    page = client.get("/health").text
    assert "Something needs attention" in page
    assert "It last reported 8 minutes ago" in page


def test_right_after_the_start_nobody_is_missed(app, client, monkeypatch):
    monkeypatch.setattr(checks, "_BEGAN", time.monotonic())
    assert client.get("/healthz").json["status"] == "ok"


def test_the_page_is_for_admins(client, make, sign_in):
    assert client.get("/health").status_code == 302
    sign_in(make.user())
    assert client.get("/health").status_code == 403


def test_no_secret_is_said(app, client, long_running):
    hear(app, clock=1)
    assert str(app.config["HOME"]) not in client.get("/healthz").text
