"""``./viva test``: what the tests need, then the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from launcher.bootstrap import ensure_environment, ensure_frontend
from launcher.console import Failure, run_step, say
from launcher.paths import ROOT, command, environment


def test(arguments: list[str]) -> int:
    """Run pytest with ``arguments``; the exit status is pytest's."""
    ensure_environment("dev", "train")  # "train": what is newly trained is exported too
    ensure_frontend()
    if not find_chromium():
        _install_chromium()
    sys.stdout.flush()
    pytest = command("pytest", "-q", *arguments)
    return subprocess.run(pytest, cwd=ROOT, env=environment()).returncode


def find_chromium() -> str | None:
    """The Chromium that the browser tests drive: VIVA_CHROMIUM, else one on the PATH."""
    names = (os.environ.get("VIVA_CHROMIUM") or "-", "chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def _install_chromium() -> None:
    """Install Debian's package where we may; otherwise say what is left out. Never a reason to stop."""
    left_out = "The browser tests (tests/browser) are left out: "
    if not shutil.which("apt-get"):
        say(f"  {left_out}there is no Chromium, and no apt-get to install it. Install one, or set VIVA_CHROMIUM.")
        return
    prefix = _root_prefix()
    if prefix is None:
        say(f"  {left_out}there is no Chromium, and installing it needs root. Run: sudo apt-get install chromium")
        return
    env = environment(DEBIAN_FRONTEND="noninteractive")
    install = [*prefix, "apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium", "fonts-dejavu-core"]
    try:
        run_step("Reading Debian's package lists", [*prefix, "apt-get", "update", "-q"], cwd=ROOT, env=env)
        run_step("Installing chromium for the browser tests", install, cwd=ROOT, env=env)
    except Failure as failure:
        say(f"  {left_out}Chromium could not be installed. {failure}")


def _root_prefix() -> list[str] | None:
    """How to run something as root without asking for a password; None where we may not."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None
