"""Readers in processes of their own: each participant sticks to one, and nobody's frames queue up.

A participant has at most one frame that is being read and one that waits; a newer one takes the waiting one's place. A
process that dies is replaced, and only those whose readers it kept notice: their next answer takes a second or two.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from webapp.live.service.fork_server import ForkServer
from webapp.live.service.worker import Job, ReaderBusyError, ReaderLostError, ReadingError, Worker

__all__ = ["Pool", "ReaderBusyError", "ReaderLostError", "ReadingError"]

#: A reader that nobody has sent anything to for so long (seconds) is dropped.
IDLE = 30.0
#: Whoever's messages end a process so often within WITHIN seconds is not read for as long.
STRIKES, WITHIN = 3, 60.0


class Pool:
    """Reader processes. ``workers``: how many; by default one a core. With none, nothing is read."""

    def __init__(self, workers: int | None = None, count_frame: Callable[[], None] = lambda: None):
        count = _cores() if workers is None else workers
        # macOS' own libraries do not bear a fork: there each process loads its models itself.
        self._fork_servers = [ForkServer() for _ in range(count if sys.platform == "darwin" else min(1, count))]
        self.workers = [Worker(self._fork_servers[k % len(self._fork_servers)], self._strike) for k in range(count)]
        self._homes: dict[str, Worker] = {}
        self._strikes: dict[str, deque[float]] = {}
        self._tasks: list[asyncio.Task] = []
        self.frames = self.busy = 0
        self._count_frame = count_frame

    async def start(self) -> None:
        """Start the processes; they answer when their models are loaded (`ready`)."""
        self._tasks = [asyncio.create_task(worker.run()) for worker in self.workers]
        self._tasks.append(asyncio.create_task(self._sweep()))

    async def ready(self) -> None:
        """Wait until every process has loaded its models."""
        await asyncio.gather(*(worker.ready.wait() for worker in self.workers))

    async def close(self) -> None:
        """End the processes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        for fork_server in self._fork_servers:
            fork_server.close()

    async def frame(self, member: str, jpeg: bytes, at: float, careful: bool = False) -> dict[str, Any]:
        """Have a participant's frame read: {"reading": …, "ms": …}, see ml/live/reader.py.

        Raises ReaderBusyError (too much to do, or a newer frame came), ReaderLostError (the process ended meanwhile)
        and ReadingError.
        """
        worker = self._home(member)
        self._check(member, worker)
        job = Job(jpeg, at, careful, asyncio.get_running_loop().create_future())
        try:
            worker.put(member, job)
            answer = await job.answer
        except ReaderBusyError:
            self.busy += 1
            raise
        self.frames += 1
        self._count_frame()
        return answer

    def sound(self, member: str, pcm: bytes, at: float) -> None:
        """Let a block of a participant's sound be read. Raises ReadingError, also for the block before."""
        worker = self._home(member)
        self._check(member, worker)
        worker.put(member, sound=(pcm, at))
        queue = worker.queues[member]
        refused, queue.refused = queue.refused, None
        if refused is not None:
            raise refused

    def drop(self, member: str) -> None:
        """Forget a participant and everything known of them, at once."""
        worker = self._homes.pop(member, None)
        if worker is not None:
            worker.drop(member)

    def facts(self) -> dict[str, Any]:
        """For a health page: processes, those that are ready, starts so far, readers, frames read and answered busy."""
        return {
            "processes": len(self.workers),
            "ready": sum(worker.ready.is_set() for worker in self.workers),
            "starts": sum(worker.starts for worker in self.workers),
            "readers": len(self._homes),
            "frames": self.frames,
            "busy": self.busy,
            "failure": next((worker.failure.message for worker in self.workers if worker.failure), None),
        }

    def _home(self, member: str) -> Worker:
        """The process that keeps a participant's reader; a new one goes where the fewest are."""
        if not self.workers:
            raise ReadingError("off", "This service reads no faces and voices.")
        if member not in self._homes:
            counts = {worker: 0 for worker in self.workers}
            for worker in self._homes.values():
                counts[worker] += 1
            self._homes[member] = min(self.workers, key=lambda worker: counts[worker])
        return self._homes[member]

    def _check(self, member: str, worker: Worker) -> None:
        if worker.failure is not None:
            raise worker.failure
        strikes = self._strikes.get(member)
        if strikes and len(strikes) == STRIKES and time.monotonic() - strikes[0] < WITHIN:
            raise ReadingError(
                "unreadable", "What your browser sent could not be read several times. Try again in a minute."
            )

    def _strike(self, member: str) -> None:
        self._strikes.setdefault(member, deque(maxlen=STRIKES)).append(time.monotonic())

    async def _sweep(self) -> None:
        """Drop readers that nobody uses, and forget old strikes."""
        while True:
            await asyncio.sleep(IDLE / 6)
            now = time.monotonic()
            for member, worker in list(self._homes.items()):
                queue = worker.queues.get(member)
                if queue is None or now - queue.used > IDLE:
                    self.drop(member)
            for member in [m for m, times in self._strikes.items() if now - times[-1] > WITHIN]:
                del self._strikes[member]


def _cores() -> int:
    """The cores that this process may use."""
    with contextlib.suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
