"""The process that has loaded the models and forks the reader processes: they begin at once and share that memory."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from ml.live.worker import LENGTH

#: Loading the models and forking may take so long (seconds).
START, FORK = 90.0, 10.0
_ROOT = Path(__file__).resolve().parents[3]
_ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


class CannotRead(Exception):
    """The models cannot be loaded: ``code`` and ``message`` say why."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


class ForkServer:
    """Starts its process when it is first needed, and anew should that have ended."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = None
        self._control: socket.socket
        self._lock = asyncio.Lock()

    async def child(self) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter]:
        """A new reader process: its number and the connection to it.

        Raises CannotRead, and OSError, EOFError or TimeoutError where the process that forks has ended or hangs.
        """
        async with self._lock:
            try:
                if self.process is None or self.process.poll() is not None:
                    await self._start()
                ours, theirs = socket.socketpair()
                with theirs:
                    socket.send_fds(self._control, [b"f"], [theirs.fileno()])
                    answer = await self._receive(FORK)
                reader, writer = await asyncio.open_connection(sock=ours)
                return answer["process"], reader, writer
            except (OSError, EOFError, TimeoutError, CannotRead):
                self.close()
                raise

    def close(self) -> None:
        """End the process that forks; those that it forked end with their own connections."""
        process, self.process = self.process, None
        if process is not None:
            self._control.close()
            with contextlib.suppress(OSError):
                process.kill()
            process.wait()

    async def _start(self) -> None:
        self.close()
        self._control, theirs = socket.socketpair()
        self._control.setblocking(False)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "ml.live.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=_ROOT,
                env={**os.environ, **_ONE_THREAD},
                stdin=subprocess.DEVNULL,
            )
        answer = await self._receive(START)
        if "error" in answer:
            raise CannotRead(**answer["error"])

    async def _receive(self, seconds: float) -> dict[str, Any]:
        async with asyncio.timeout(seconds):
            (length,) = LENGTH.unpack(await self._exactly(LENGTH.size))
            return json.loads(await self._exactly(length))

    async def _exactly(self, count: int) -> bytes:
        loop, held = asyncio.get_running_loop(), b""
        while len(held) < count:
            some = await loop.sock_recv(self._control, count - len(held))
            if not some:
                raise EOFError("the process that forks has ended")
            held += some
        return held
