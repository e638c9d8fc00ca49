"""Hashing passwords (Argon2id) so that it holds up nobody: in the server, by few processes of their own.

A hash takes 64 MB and some 50 ms of every core. In the server's own process its threads would compete with the loop
that reads and writes every connection, and its memory with everybody's. So the server has AT_ONCE processes beside it,
which stand back (nice) behind it. Commands and tests hash by themselves.
"""

from __future__ import annotations

import atexit
import errno
import json
import os
import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app, has_app_context

from ml.core import children
from webapp.accounts.passwords import AT_ONCE, turn

_PROGRAM = Path(__file__).with_name("hashing_process.py")


class _Processes:
    """Processes that hash, each started when it is first needed and again when it has died."""

    def __init__(self) -> None:
        self._idle: queue.LifoQueue[subprocess.Popen[bytes] | None] = queue.LifoQueue()
        for _ in range(AT_ONCE):
            self._idle.put(None)

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer of one of them. Raises OSError where none can be started."""
        with self._one() as process:
            found = _asked(process, question)
        if found is None:  # it was killed: once more, by another
            with self._one() as process:
                found = _asked(process, question)
        if found is None:
            raise OSError(errno.ECHILD, os.strerror(errno.ECHILD))
        return found

    @contextmanager
    def _one(self) -> Iterator[subprocess.Popen[bytes]]:
        process = self._idle.get()
        try:
            if process is None or process.poll() is not None:
                process = None
                process = children.start(str(_PROGRAM), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            yield process
        finally:
            self._idle.put(process)

    def close(self) -> None:
        """End all that are idle."""
        with suppress(queue.Empty):
            while True:
                process = self._idle.get_nowait()
                if process is not None and process.stdin is not None:
                    process.stdin.close()
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(5)


def _asked(process: subprocess.Popen[bytes], question: dict[str, Any]) -> dict[str, Any] | None:
    """What a process answers; None where it is gone."""
    try:
        if process.stdin is None or process.stdout is None:
            return None
        process.stdin.write(json.dumps(question).encode() + b"\n")
        process.stdin.flush()
        found: dict[str, Any] = json.loads(process.stdout.readline())
        return found
    except (OSError, ValueError):
        process.kill()
        process.wait()
        return None


_processes: _Processes | None = None
_making = threading.Lock()


def _apart() -> _Processes | None:
    """The processes, in the server; elsewhere None."""
    global _processes
    if not has_app_context() or "server" not in current_app.extensions:
        return None
    with _making:
        if _processes is None:
            _processes = _Processes()
            atexit.register(_processes.close)
    return _processes


def _cost(hasher: PasswordHasher) -> list[int]:
    return [hasher.time_cost, hasher.memory_cost, hasher.parallelism]


def hashed(hasher: PasswordHasher, password: str) -> str:
    """The hash of ``password``. Raises ServiceUnavailable where too many are being hashed."""
    with turn():
        apart = _apart()
        if apart is None:
            return hasher.hash(password)
        return str(apart.ask({"cost": _cost(hasher), "password": password})["hash"])


def is_right(hasher: PasswordHasher, stored: str, password: str) -> bool:
    """Whether ``password`` has the hash ``stored``. Raises ServiceUnavailable where too many are being hashed."""
    with turn():
        apart = _apart()
        if apart is not None:
            return bool(apart.ask({"cost": _cost(hasher), "hash": stored, "password": password})["right"])
        try:
            return hasher.verify(stored, password)
        except (VerificationError, InvalidHashError, UnicodeError):
            return False
