"""The settings stand in one place, with the documents made from it."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from webapp import create_app
from webapp.core import environment
from webapp.core.environment import SettingError, filled_in, unknown, values

ROOT = Path(__file__).parents[3]
#: Every name that has ever been documented: people's machines have them set.
KEPT = """
VIVA_BENCH_MINUTES VIVA_BROKER_URL VIVA_CHROMIUM VIVA_DATA VIVA_DATABASE_URL VIVA_HOME VIVA_LIVEKIT_KEY
VIVA_LIVEKIT_SECRET VIVA_LIVEKIT_URL VIVA_LIVE_LISTEN VIVA_LIVE_ORIGINS VIVA_LIVE_READERS VIVA_LIVE_SHOW_CANDIDATE
VIVA_LIVE_URL VIVA_MAX_RECORDING_BYTES VIVA_PROXIES VIVA_PUBLIC_URL VIVA_RATELIMIT_URL VIVA_SCREENSHOTS VIVA_SECRET_KEY
VIVA_STUN_URLS VIVA_TURN_PASSWORD VIVA_TURN_SECONDS VIVA_TURN_SECRET VIVA_TURN_URLS VIVA_TURN_USERNAME VIVA_WEIGHTS
VIVA_WHISPER
""".split()


def test_no_name_is_lost():
    assert set(KEPT) <= environment.NAMES


@pytest.mark.parametrize("folder", ["webapp", "ml", "launcher", "bench", "tests/browser"])
def test_nothing_reads_a_setting_that_is_not_declared(folder):
    for path in (ROOT / folder).rglob("*.py"):
        for name in re.findall(r'"(VIVA_[A-Z_]+)"', path.read_text("utf-8")):
            assert name in environment.NAMES, path


def test_the_web_application_reads_the_environment_in_one_place():
    for path in (ROOT / "webapp").rglob("*.py"):
        if path.name not in ("environment.py", "settings.py"):
            assert not re.search(r"environ(\.get\(|\[)\"VIVA_", path.read_text("utf-8")), path


@pytest.mark.parametrize("name", ["operations", "live"])
def test_the_documents_tables_are_those_of_the_declarations(name):
    text = (ROOT / "docs" / f"{name}.md").read_text("utf-8")
    assert f"<!-- settings {name}: " in text
    assert filled_in(text) == text, "Run ./viva flask settings --write"


def test_a_stale_table_is_found():
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert filled_in(text.replace("| 1 GiB |", "| 2 GiB |")) == text


def test_types_and_defaults():
    found = values({"VIVA_PROXIES": "2", "VIVA_LIVE_ORIGINS": "https://a.test, https://b.test", "VIVA_LIVE_URL": ""})
    assert found["PROXIES"] == 2
    assert found["LIVE_ORIGINS"] == ["https://a.test", "https://b.test"]
    assert (found["LIVE_URL"], found["LIVE_READERS"], found["LIVE_SHOW_CANDIDATE"]) == (None, None, False)
    assert found["MAX_RECORDING_BYTES"] == 1024**3
    assert values({"VIVA_LIVE_READERS": "0", "VIVA_LIVE_SHOW_CANDIDATE": "Yes"})["LIVE_READERS"] == 0


@pytest.mark.parametrize("text", ["two", "-1", "1.5"])
def test_what_cannot_be_read_is_named(text):
    with pytest.raises(SettingError, match=r"VIVA_PROXIES is .* whole number"):
        values({"VIVA_PROXIES": text})


def test_an_unknown_name_is_said_with_the_nearest():
    assert unknown(["VIVA_PUBLIC_ULR", "PATH", "VIVA_HOME"]) == [
        "VIVA_PUBLIC_ULR is no setting of Viva. Did you mean VIVA_PUBLIC_URL?"
    ]


def test_it_is_said_at_start(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("VIVA_PROXYS", "1")
    with caplog.at_level(logging.WARNING):
        create_app({"HOME": tmp_path, "SECRET_KEY": "test", "BROKER_URL": "memory://"})
    assert "Did you mean VIVA_PROXIES?" in caplog.text
