"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data: ``VIVA_DATA``, else ``shared/data`` beside the repository; skips where there is none."""
    folder = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (set VIVA_DATA to the folder that holds it)")
    return folder


@pytest.fixture(autouse=True)
def _no_stray_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A developer's own settings do not reach the tests."""
    for name in ("VIVA_HOME", "VIVA_DATABASE_URL", "VIVA_BROKER_URL", "VIVA_SECRET_KEY", "VIVA_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.startswith(("VIVA_LIVE", "VIVA_STUN", "VIVA_TURN"))]:
        monkeypatch.delenv(name)
    # Recognising speech takes a while: the tests that are about it switch it on.
    monkeypatch.setenv("VIVA_WHISPER", "off")
    yield
