"""``./viva test``: what the tests need, then the tests."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from launcher.bootstrap import CLUSTER, ensure_environment, ensure_frontend
from launcher.console import Failure, run_step, say
from launcher.paths import ROOT, command, environment
from launcher.spoken_languages import ensure_spoken_languages

#: The long matrices run in this many parts; tests/conftest.py deals them out.
SLICES = 24
#: Debian's packages with what the long matrices drive, and one program of each.
OTHERS = {
    "firefox-esr": "firefox-esr", "webkit2gtk-driver": "WebKitWebDriver", "xvfb": "Xvfb", "nginx-light": "nginx",
    "coturn": "turnserver", "rabbitmq-server": "rabbitmq-server", "clamav-daemon": "clamd",
    "prometheus": "promtool", "debootstrap": "debootstrap", "swift-account": "swift-account-server",
    "swift-container": "swift-container-server", "swift-object": "swift-object-server",
    "swift-proxy": "swift-proxy-server",
}  # fmt: skip
#: The same for what the daily run drives beside a browser: one case of each server that a cluster has.
SERVERS = {"postgresql": "pg_ctlcluster", "redis-server": "redis-server"}
#: Servers lie where only root looks.
_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
#: pytest found no test to run.
_NOTHING = 5
#: With one of these somebody looks closely at a few tests: one process, and what they print as they print it.
_CLOSELY = re.compile(r"-n.*|--numprocesses.*|--pdb|--trace|-s|--capture.*|--co|--collect-only|--fixtures")
#: Options whose value is the next argument.
_TAKES_VALUE = ("-m", "-k", "-p", "-o", "-W", "-c", "--durations", "--maxfail", "--timeout", "--junitxml", "--ignore")


def test(arguments: list[str]) -> int:
    """Run pytest with ``arguments``; the exit status is pytest's."""
    parser = argparse.ArgumentParser(
        prog="./viva test",
        description="Run the tests, those in a browser included. All other arguments are pytest's.",
        allow_abbrev=False,
        add_help=not arguments or arguments == ["--help"] or arguments == ["-h"],
    )
    parser.add_argument("--full", action="store_true", help="run the long matrices, which the daily run leaves out")
    parser.add_argument("--slice", type=int, metavar="K", choices=range(SLICES), help=f"one of their {SLICES} parts")
    options, rest = parser.parse_known_args(arguments)
    if options.slice is not None and not options.full:
        raise Failure("--slice K is a part of the long matrices: ./viva test --full --slice K")
    # "train": what is newly trained is exported too; "cluster": so are the drivers of servers
    ensure_environment("dev", "train", CLUSTER)
    ensure_frontend()
    ensure_chromium()
    ensure_programs("The tests with PostgreSQL and Redis are left out", SERVERS)
    if options.full:
        ensure_programs("The long matrices with other browsers and servers are left out", OTHERS)
        ensure_spoken_languages()
    sys.stdout.flush()
    if options.full:
        return full(range(SLICES) if options.slice is None else [options.slice], rest)
    return subprocess.run(pytest(rest), cwd=ROOT, env=environment()).returncode


def pytest(arguments: Sequence[str]) -> list[str]:
    """The command that runs pytest: in two processes, unless somebody names tests or looks at them closely."""
    names = [one for before, one in zip(("", *arguments), arguments, strict=False) if before not in _TAKES_VALUE]
    few = any(not name.startswith("-") or _CLOSELY.fullmatch(name) for name in names)
    two = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    return command("pytest", "-q", *([] if few else two), *arguments)


def full(slices: Sequence[int], arguments: Sequence[str]) -> int:
    """Run parts of the long matrices one after the other, and end with a line that says how each went."""
    results, worst = [], 0
    for number in slices:
        say(f"Slice {number} of 0 to {SLICES - 1}")
        began = time.monotonic()
        status, last = _run_and_read(pytest(["-m", "full", f"--slice={number}", *arguments]))
        passed = status in (0, _NOTHING)
        words = re.sub(r"^=+ | =+$| in [\d.]+s.*$", "", last) or f"status {status}"
        results.append(f"{number}: {'' if passed else 'FAILED, '}{words}, {time.monotonic() - began:.0f} s")
        worst = worst or (0 if passed else status)
    print(f"Slices: {'; '.join(results)}.")
    return worst


def _run_and_read(arguments: list[str]) -> tuple[int, str]:
    """Run a command, passing on what it prints; its exit status and its last line."""
    last = ""
    with subprocess.Popen(arguments, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            last = line.strip() or last
    return process.returncode, last


def find_chromium() -> str | None:
    """The Chromium that the browser tests drive: VIVA_CHROMIUM, else one on the PATH."""
    names = (os.environ.get("VIVA_CHROMIUM") or "-", "chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def ensure_chromium() -> None:
    """Have a Chromium, where we may install one; otherwise say what is left out."""
    if not find_chromium():
        _install("The browser tests (tests/browser) are left out", ["chromium", "fonts-dejavu-core"])


def ensure_programs(left_out: str, programs: Mapping[str, str]) -> None:
    """Have Debian's packages with ``programs``, where we may install them; otherwise say what is ``left_out``."""
    missing = [package for package, program in programs.items() if not shutil.which(program, path=_PATH)]
    if missing:
        _install(f"{left_out} ({', '.join(missing)})", missing)


def _install(left_out: str, packages: list[str]) -> None:
    """Install Debian's packages where we may; otherwise say what is left out. Never a reason to stop."""
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        say(f"  {left_out}: there is no apt-get to install {names}. Install them by hand.")
        return
    prefix = _root_prefix()
    if prefix is None:
        say(f"  {left_out}: installing {names} needs root. Run: sudo apt-get install {names}")
        return
    env = environment(DEBIAN_FRONTEND="noninteractive")
    install = [*prefix, "apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    try:
        run_step("Reading Debian's package lists", [*prefix, "apt-get", "update", "-q"], cwd=ROOT, env=env)
        run_step(f"Installing {names} for the tests", install, cwd=ROOT, env=env)
    except Failure as failure:
        say(f"  {left_out}: {names} could not be installed. {failure}")


def _root_prefix() -> list[str] | None:
    """How to run something as root without asking for a password; None where we may not."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None
