"""What goes wrong on the server's side: processes are killed, the disk is full for a moment.

Only processes below the ``./viva up`` of this bench are killed, found by their data folder and ended by their id.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.candidate_client import Ledger
from bench.serving import say

#: Between two faults of the server, at least and at most, in parts of the average pause; seconds that the disk is full.
PAUSE, FULL = (0.4, 1.6), 2.0
#: How the folders of this bench begin; then comes the id of its process.
PREFIX = "viva-candidates-"
#: What stands in a process's command line → what it is, and how often it is chosen.
VICTIMS = {
    "webapp.core.server": ("server", 2), "quick@": ("quick worker", 4), "upkeep@": ("upkeep worker", 1),
    "outbox@": ("outbox worker", 1), "beat": ("clock", 1),
}  # fmt: skip
SIZE = "3g"


@contextlib.contextmanager
def disk(folder: Path) -> Iterator[bool]:
    """A file system of limited size at ``folder``, where we may make one; yields whether there is."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    options = ["-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(folder)]
    mounted = bool(
        os.geteuid() == 0 and mount and unmount
        and not subprocess.run([mount, *options], capture_output=True, check=False).returncode
    )  # fmt: skip
    if not mounted:
        say("No file system of its own can be mounted here (needs root): the disk is never full")
    try:
        yield mounted
    finally:
        _unmount(folder)


def sweep(above: Path | None = None) -> None:
    """Take away the folders of runs that were killed outright, and what is mounted there."""
    for folder in (above or Path(tempfile.gettempdir())).glob(f"{PREFIX}*-*"):
        pid = folder.name.removeprefix(PREFIX).split("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            _unmount(folder)
            shutil.rmtree(folder, ignore_errors=True)


def _unmount(folder: Path) -> None:
    if folder.is_mount() and (unmount := shutil.which("umount")):
        subprocess.run([unmount, "-l", str(folder)], capture_output=True, check=False)


@contextlib.contextmanager
def killing(home: Path, ledger: Ledger, may_fill: bool, seed: int, pause: float) -> Iterator[None]:
    """Do it every ``pause`` seconds on average until the block ends."""
    stop, chance = threading.Event(), np.random.default_rng(seed)

    def run() -> None:
        while not stop.wait(pause * chance.uniform(*PAUSE)):
            if may_fill and chance.random() < 0.15:
                fill(home, stop)
                ledger.fault("full disk")
            elif victim := _kill(home, chance):
                ledger.fault(f"kill {victim}")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)


def _kill(home: Path, chance: np.random.Generator) -> str:
    """End one process; what it is, empty where there is none."""
    names = [name for name, (_what, often) in VICTIMS.items() for _time in range(often)]
    wanted = str(chance.choice(names))
    found = [pid for pid, line in processes(home) if wanted in line]
    if not found:
        return ""
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(chance.choice(found)), signal.SIGKILL)
    return VICTIMS[wanted][0]


def processes(home: Path) -> Iterator[tuple[int, str]]:
    """Our Viva's processes, below the one that holds the data folder's lock: their ids and command lines."""
    try:
        above = {int((home / "viva.lock").read_text("ascii").split()[0])}
    except (OSError, ValueError, IndexError):
        return
    above_of = dict(parents())
    while found := {pid for pid, parent in above_of.items() if parent in above} - above:
        above |= found
    for pid in above & above_of.keys():
        with contextlib.suppress(OSError):
            yield pid, Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")


def parents() -> Iterator[tuple[int, int]]:
    """Each process of this machine and its parent."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                state, parent = Path(f"/proc/{name}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
                if state != "Z":
                    yield int(name), int(parent)


def fill(home: Path, stop: threading.Event) -> None:
    """Leave no byte free for a moment."""
    filler = home.parent / "filler"
    try:
        with filler.open("wb") as stream:
            free = shutil.disk_usage(home).free
            with contextlib.suppress(OSError):
                os.posix_fallocate(stream.fileno(), 0, max(free - 4096, 1))
            stop.wait(FULL)
    finally:
        filler.unlink(missing_ok=True)
