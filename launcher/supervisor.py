"""Keep a few processes running, write what they say into log files, and leave none behind."""

from __future__ import annotations

import contextlib
import ctypes
import logging.handlers
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from launcher.console import say
from launcher.paths import ROOT, command

#: Seconds that a process gets to finish or hand back what it does (webapp/core/draining.py) before it is killed.
PATIENCE = 8.0
#: Seconds after which a process that ran counts as healthy again, and the longest pause before a restart.
HEALTHY_AFTER, LONGEST_PAUSE = 60.0, 30.0
#: Seconds without a sign of work after which a process counts as stuck (webapp/core/liveness.py), and what it gets to
#: begin with.
STALE, START = 60.0, 90.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Process(Protocol):
    """What is asked of a process: a part of ``subprocess.Popen``."""

    pid: int
    stdout: IO[bytes] | None

    @property
    def returncode(self) -> int | Any:
        """The exit status; None while it runs."""

    def poll(self) -> int | None:
        """The exit status; None while it runs."""

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end, ``timeout`` seconds at most; the exit status."""


def die_with_parent() -> None:
    """In the child, before it becomes its program: ask the kernel for a SIGTERM should the launcher be killed."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def start(arguments: Sequence[str], leave: Callable[[], None] = lambda: None) -> Process:
    """Start ``python -m`` with ``arguments`` in the project's environment, in a process group of its own.

    ``leave`` is for processes that are copies of this one: the files of this one are closed here anyhow.
    """
    return start_program(command(*arguments))


def start_program(program: Sequence[str], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> Process:
    """Start any program in a folder, with ``env`` or our own environment, in a process group of its own."""
    return subprocess.Popen(
        program,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )


def _wait_for_group(group: int, patience: float = 2.0) -> None:
    """Until nothing is left of a process group that was killed, or patience is."""
    deadline = time.monotonic() + patience
    with contextlib.suppress(ProcessLookupError, PermissionError):
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(0.02)


@dataclass
class Child:
    """One process, in a process group of its own so that Ctrl-C reaches us alone and nothing of it stays behind."""

    name: str
    #: What comes after ``python -m``.
    arguments: Sequence[str]
    process: Process | None = None
    started: float = 0.0
    failures: int = 0
    #: When to start it (again), on the monotonic clock.
    due: float = 0.0
    #: The file that its work renews; None for a process that is not watched.
    sign: Path | None = None
    stale_after: float = STALE
    start_limit: float = START
    #: What the sign said last, and when it was seen to change, on the monotonic clock.
    seen: tuple[int, float] = (0, 0.0)
    log: logging.handlers.RotatingFileHandler = field(init=False, repr=False)

    @property
    def is_stuck(self) -> bool:
        """Whether nothing that it does has been seen for too long.

        Time counts as this process sees it: a machine that was asleep, or whose clock was set, makes nothing stale.
        """
        if self.process is None or self.sign is None:
            return False
        try:
            modified = self.sign.stat().st_mtime_ns
        except OSError:
            modified = 0
        if modified != self.seen[0]:
            self.seen = (modified, time.monotonic())
        moment = time.monotonic()
        return moment > self.started + self.start_limit and moment > self.seen[1] + self.stale_after

    def signal(self, number: int, *, group: bool = False) -> None:
        """Signal the main process, or with ``group`` everything that it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                (os.killpg if group else os.kill)(self.process.pid, number)


class Supervisor:
    """Starts ``children`` by ``begin``, as `start` does; ``run`` lasts until something asks to stop."""

    def __init__(
        self, children: Sequence[Child], begin: Callable[..., Process] = start, *, logs: Path,
        patience: float = PATIENCE,
    ) -> None:  # fmt: skip
        self.children = children
        self.begin, self.logs, self.patience = begin, logs, patience
        self.stopping = False
        self._selector = selectors.DefaultSelector()
        logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        for child in children:
            child.log = logging.handlers.RotatingFileHandler(
                self.log_of(child.name), maxBytes=5_000_000, backupCount=3, encoding="utf-8"
            )
            child.log.terminator = ""

    def log_of(self, name: str) -> Path:
        """Where a process's log is kept."""
        return self.logs / f"{name}.log"

    def last_words(self, name: str) -> str:
        """The last line of a process's log."""
        lines = self.log_of(name).read_text("utf-8", "replace").strip().splitlines()
        return lines[-1][:200] if lines else "none"

    def ask_to_stop(self, *_signal: object) -> None:
        """A handler for SIGINT, SIGTERM and SIGHUP."""
        self.stopping = True

    def run(self, tick: Callable[[], None]) -> None:
        """Start everything and watch it, calling ``tick`` five times a second, until asked to stop; then stop all."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)
        try:
            while not self.stopping:
                self._start_what_is_due()
                self._read_output(0.2)
                self._notice_deaths()
                self._notice_stuck()
                tick()
        finally:
            self._stop_all()

    def _start_what_is_due(self) -> None:
        for child in self.children:
            if child.process is None and time.monotonic() >= child.due:
                child.process = self.begin(child.arguments, self._leave)
                child.started = time.monotonic()
                if child.process.stdout is not None:  # it is a pipe, as asked for above
                    self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _leave(self) -> None:
        """In a copy of this process: let go of the files of the others."""
        for child in self.children:
            child.log.close()
            if child.process is not None and child.process.stdout is not None:
                child.process.stdout.close()
        self._selector.close()

    def _read_output(self, timeout: float) -> None:
        for key, _events in self._selector.select(timeout):
            data = os.read(key.fd, 65536)
            if data:
                text = data.decode("utf-8", "replace")
                key.data.log.emit(logging.LogRecord("viva", logging.INFO, "", 0, text, None, None))
            else:
                self._selector.unregister(key.fileobj)

    def _notice_deaths(self) -> None:
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            code, lived = child.process.returncode, time.monotonic() - child.started
            self._clean_up(child)
            child.failures = 0 if lived > HEALTHY_AFTER else child.failures + 1
            pause = min(LONGEST_PAUSE, 2.0 ** max(0, child.failures - 1))
            child.due = time.monotonic() + pause
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            if child.failures >= 3:
                how += f"; its last words: {self.last_words(child.name)}"
            say(
                f"  The {child.name} process ended ({how}); it starts again in {pause:.0f} s. "
                f"See {self.log_of(child.name)}"
            )

    def _notice_stuck(self) -> None:
        """End what lives and does nothing, so that it is started again.

        The first in line counts alone: what the others do may wait for it, so they get their time anew.
        """
        stuck = next((child for child in self.children if child.is_stuck), None)
        if stuck is None:
            return
        say(f"  The {stuck.name} process has done nothing for {stuck.stale_after:.0f} s and is started again.")
        stuck.signal(signal.SIGKILL, group=True)
        for child in self.children:
            child.seen = (child.seen[0], time.monotonic())

    def _clean_up(self, child: Child) -> None:
        """Bury a dead child: nothing that it started may stay, and its last words go to the log."""
        child.signal(signal.SIGKILL, group=True)
        process, child.process = child.process, None
        if process is None or process.stdout is None:
            return
        _wait_for_group(process.pid)
        if process.stdout in {key.fileobj for key in self._selector.get_map().values()}:
            self._selector.unregister(process.stdout)
        os.set_blocking(process.stdout.fileno(), False)
        rest = process.stdout.read() or b""
        child.log.emit(logging.LogRecord("viva", logging.INFO, "", 0, rest.decode("utf-8", "replace"), None, None))
        process.stdout.close()

    def _stop_all(self) -> None:
        """Ask every main process to finish, wait a little, then take down whatever is left of its group."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline and any(c.process and c.process.poll() is None for c in self.children):
            self._read_output(0.1)
        for child in self.children:
            if child.process is not None:
                child.signal(signal.SIGKILL, group=True)
                child.process.wait()
                self._clean_up(child)
            child.log.close()
        self._selector.close()
