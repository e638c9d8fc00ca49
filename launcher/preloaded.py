"""Start Python modules as processes that share what they import.

Viva is eight processes of one program. To import it takes five seconds of a processor and 200 MB, so it is imported
once, by the process that watches the others, and each of these begins as a copy of it.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import pkgutil
import runpy
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import IO

#: What the processes import beside every module of our own. Nothing of it starts a thread, opens a file or reads a
#: setting. By name, since the launcher has to run before any package is installed.
MODULES = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "flask.cli",
    "jinja2.ext",
    "setproctitle",
)
OURS = "webapp"
#: Ours, and imported only where an operator chose what they are for: their driver is not there otherwise.
CHOSEN = frozenset({"webapp.core.redis_transport"})


def load() -> None:
    """Import what the processes need. Raises whatever an import raises."""
    for name in (*MODULES, *_modules_of(OURS)):
        importlib.import_module(name)
    if threading.active_count() > 1:
        raise RuntimeError(f"An import started a thread, which no copy would have: {threading.enumerate()}")
    # What is imported stays: looking through it for cycles would only cost time, and copy its pages into every process.
    gc.collect()
    gc.freeze()


def _modules_of(package: str) -> Iterator[str]:
    """Every module in a package but those that are programs or for what an operator has to choose."""
    yield package
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        if not module.name.endswith("__main__") and module.name not in CHOSEN:
            yield module.name


class Copy:
    """``python -m MODULE ARGUMENT…`` as a copy of this process; as a ``subprocess.Popen`` with one pipe, ``stdout``.

    ``leave`` is called in the copy, to let go of files that are the watching process's alone.
    """

    def __init__(self, arguments: Sequence[str], leave: Callable[[], None]) -> None:
        reading, writing = os.pipe()
        self._process = multiprocessing.get_context("fork").Process(
            target=_become, args=(list(arguments), writing, reading, leave), name="MainProcess"
        )
        sys.stdout.flush()
        self._process.start()
        os.close(writing)
        self.stdout: IO[bytes] | None = os.fdopen(reading, "rb", 0)
        self.pid = self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """The exit status, less than 0 for a signal; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The exit status if it has ended, else None."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end, ``timeout`` seconds at most; the exit status, None if it still runs."""
        self._process.join(timeout)
        return self._process.exitcode


def _become(arguments: list[str], writing: int, reading: int, leave: Callable[[], None]) -> None:
    """In the copy: run a module as if it had been started by itself."""
    leave()
    os.close(reading)
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(writing, 1)
    os.dup2(writing, 2)
    os.close(writing)
    sys.stdout = os.fdopen(1, "w", 1, "utf-8")
    sys.stderr = os.fdopen(2, "w", 1, "utf-8", "backslashreplace")
    importlib.import_module("setproctitle").setproctitle(" ".join([sys.executable, "-P", "-m", *arguments]))
    sys.argv = list(arguments)
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
