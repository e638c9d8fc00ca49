"""What every test may ask for."""

from __future__ import annotations

import gc
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


#: The long matrices (``full``) are dealt out into this many parts.
SLICES = 24
BROWSER = "tests/browser/"
#: What waits for real processes, browsers, clocks or eSpeak: on a crowded machine these are late now and then. They are
#: tried again, twice at most, and the summary lists each that was.
WAIT_FOR_OTHERS = (
    BROWSER, "tests/bench/", "tests/test_launcher.py", "tests/webapp/live/", "tests/webapp/core/",
    "tests/webapp/analysis/test_killed_worker.py", "tests/webapp/health/", "tests/ml/media/", "tests/ml/test_cold.py",
    "tests/ml/live/", "tests/ml/speech/test_spooled_array.py",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slice", type=int, choices=range(SLICES), help="one part of the long matrices")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long matrices out unless -m asks for them, and keep what is in the chosen slice of them.

    Tests are dealt out in turn, so that the slices take about the same time.
    """
    chosen = config.getoption("--slice")
    kept = items
    if "full" not in config.option.markexpr:
        kept = [item for item in items if "full" not in item.keywords]
    elif chosen is not None:
        turn = {name: number % SLICES for number, name in enumerate(sorted(item.nodeid for item in items))}
        kept = [item for item in items if turn[item.nodeid] == chosen]
    left = {id(item) for item in items} - {id(item) for item in kept}
    config.hook.pytest_deselected(items=[item for item in items if id(item) in left])
    # What takes longest begins first.
    items[:] = sorted(kept, key=lambda item: not item.nodeid.startswith(BROWSER))
    for item in items:
        if item.nodeid.startswith(WAIT_FOR_OTHERS):
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal tests out by file, since those of one file share what it has made, and those in a browser all to one process:
    two live rooms at once are late on two cores."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)

    return ByFile(config, log)


def pytest_collection_finish() -> None:
    """Have the collector of cycles leave alone what was imported, and come by less often: a fifth of the time of tests
    that make an application each went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


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
    # A server keeps large bodies in its data folder, which is gone or closed to others after its test.
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)
    # Recognising speech takes a while: the tests that are about it switch it on.
    monkeypatch.setenv("VIVA_WHISPER", "off")
    level = logging.getLogger().level
    yield
    # A worker that runs inside of a test sets how much the whole process logs.
    logging.getLogger().setLevel(level)
