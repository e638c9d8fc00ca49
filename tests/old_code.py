"""The last release's code, as ``migrations/released.toml`` names it, out of the repository's history."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from webapp.core.settings import ROOT

RELEASED = tomllib.loads((ROOT / "migrations" / "released.toml").read_text("utf-8"))


def unpacked(folder: Path, commit: str = RELEASED["commit"]) -> Path:
    """The code of ``commit`` in a new folder below ``folder``, with today's front end; skips without that history."""
    git = ["git", "-C", str(ROOT)]
    if shutil.which("git") is None or subprocess.run([*git, "cat-file", "-e", f"{commit}^{{commit}}"]).returncode:
        pytest.skip(f"the history that holds {commit[:7]} is not here: old code was not run")
    code = folder / "code"
    code.mkdir()
    with subprocess.Popen([*git, "archive", commit], stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "-x", "-C", str(code)], stdin=archive.stdout, check=True)
    (code / "webapp" / "static" / "dist").symlink_to(ROOT / "webapp" / "static" / "dist")
    return code
