"""One reader process as the service sees it: asked one thing at a time, in turn for each participant."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ml.live.worker import DROP, FRAME, LENGTH, SOUND, pack
from webapp.live.service.fork_server import CannotRead, ForkServer

#: A process that does not answer for so long (seconds) is killed.
PATIENCE = 10.0
#: A frame that has waited for so long (seconds) is answered "busy": its sender has given it up.
STALE = 2.0
#: Blocks of sound that wait for one participant; beyond them the oldest goes.
MOST_SOUND = 10
#: Sound waits for so long (seconds) until a frame of its sender was answered: now and then it takes tens of
#: milliseconds to read, and right after an answer the next frame is furthest away.
SOUND_WAITS = 0.3


class ReaderBusyError(Exception):
    """A frame was not read because there is too much to do; the next one may be."""


class ReaderLostError(Exception):
    """The process ended while it read this."""


class ReadingError(Exception):
    """A frame or a sound is not read: ``code`` and ``message`` say why."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


@dataclass
class Job:
    """A frame that waits or is being read."""

    payload: bytes
    at: float
    careful: bool
    answer: asyncio.Future
    since: float = field(default_factory=time.monotonic)

    def end(self, outcome: dict[str, Any] | Exception) -> None:
        """Hand on the answer, unless nobody waits for it any more."""
        if self.answer.done():
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


@dataclass
class ReaderQueue:
    """A participant's place in a process: at most one frame and a little sound that wait. ``sound`` holds blocks, the
    milliseconds of the sender's clock at their beginning, and when they came."""

    key: bytes
    frame: Job | None = None
    sound: deque[tuple[bytes, float, float]] = field(default_factory=lambda: deque(maxlen=MOST_SOUND))
    answered: float = 0.0
    dropped: bool = False
    used: float = field(default_factory=time.monotonic)
    turn: int = 0
    #: Why its last block of sound was not read, until somebody asks.
    refused: Exception | None = None

    def urgency(self, now: float) -> int | None:
        """How soon something of this participant is to be done: 0 at once, 1 when nobody hurries, None not yet."""
        if self.dropped or self.frame is not None:
            return 0
        if not self.sound:
            return None
        came = self.sound[0][2]
        if now - came > 2 * SOUND_WAITS:
            return 0
        return 1 if now - came > SOUND_WAITS or self.answered > came else None

    def take(self, now: float) -> tuple[bytes, Job | None]:
        """The next message to the process, and the frame that it holds, if it does."""
        if self.dropped:
            self.dropped = False
            return pack(DROP, self.key), None
        if self.frame is None or (self.sound and now - self.sound[0][2] > 2 * SOUND_WAITS):
            block, at, _came = self.sound.popleft()
            return pack(SOUND, self.key, block, at), None
        job, self.frame = self.frame, None
        return pack(FRAME, self.key, job.payload, job.at, job.careful), job


class Worker:
    """A process and the participants whose readers it keeps. It is started anew whenever it ends."""

    def __init__(self, fork_server: ForkServer, lost: Callable[[str], None]):
        self._fork_server = fork_server
        #: Called with the participant whose message a process did not survive.
        self.lost = lost
        self.queues: dict[str, ReaderQueue] = {}
        self.starts = 0
        self.failure: ReadingError | None = None
        self.ready = asyncio.Event()
        #: The number of its process, while there is one.
        self.process: int | None = None
        self._work = asyncio.Event()
        self._turns = 0

    def put(self, member: str, job: Job | None = None, sound: tuple[bytes, float] | None = None) -> None:
        """Let a frame or a block of sound wait for this participant. A newer frame takes an older one's place, unless
        that one is to be read with care."""
        queue = self.queues.setdefault(member, ReaderQueue(member.encode()))
        queue.used = time.monotonic()
        if sound is not None:
            queue.sound.append((*sound, queue.used))
        if job is not None:
            if queue.frame is not None and queue.frame.careful and not job.careful:
                raise ReaderBusyError
            if queue.frame is not None:
                queue.frame.end(ReaderBusyError())
            queue.frame = job
        self._work.set()

    def drop(self, member: str) -> None:
        """Forget a participant at once, in the process too."""
        queue = self.queues.get(member)
        if queue is not None:
            if queue.frame is not None:
                queue.frame.end(ReaderBusyError())
            queue.frame, queue.dropped = None, True
            queue.sound.clear()
            self._work.set()

    async def run(self) -> None:
        """Keep a process at work until cancelled."""
        pause = 0.0
        while True:
            started = time.monotonic()
            await self._session()
            # One that has lived for a while is replaced at once, one that cannot start ever more rarely.
            pause = 0.0 if time.monotonic() - started > 5 else min(5.0, 2 * pause + 0.1)
            await asyncio.sleep(pause)

    async def _session(self) -> None:
        """From the start of a process to its end."""
        try:
            self.process, reader, writer = await self._fork_server.child()
        except CannotRead as reason:
            self.failure = ReadingError(reason.code, reason.message)
            self._refuse_all()
            return
        except (OSError, EOFError, TimeoutError):
            return
        self.starts += 1
        self.failure = None
        self.ready.set()
        try:
            while True:
                await self._one(reader, writer)
        except (OSError, EOFError, ValueError):
            pass  # it has ended
        except TimeoutError:
            with contextlib.suppress(OSError):  # it hangs
                os.kill(self.process, signal.SIGKILL)
        finally:
            self.ready.clear()
            self.process = None
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Ask the next thing, in turn, and hand on the answer."""
        member, queue = await self._next(reader)
        now = time.monotonic()
        if queue.dropped and queue.frame is None and not queue.sound:
            del self.queues[member]
        message, job = queue.take(now)
        if job is not None and now - job.since > STALE:
            return job.end(ReaderBusyError())
        outcome: dict[str, Any] | Exception = ReaderLostError()
        try:
            writer.write(message)
            await writer.drain()
            answer = await _receive(reader, PATIENCE)
            outcome = answer
            if "error" in answer:
                outcome = refused = ReadingError(**answer["error"])
                if job is None:
                    queue.refused = refused
        except (OSError, EOFError, TimeoutError, ValueError):
            self.lost(member)
            raise
        finally:
            if job is not None:
                job.end(outcome)
                queue.answered = time.monotonic()

    async def _next(self, reader: asyncio.StreamReader) -> tuple[str, ReaderQueue]:
        """The most urgent participant; of several the one whose last turn was longest ago."""
        while True:
            now = time.monotonic()
            urgencies = ((queue.urgency(now), queue.turn, member) for member, queue in self.queues.items())
            waiting = [one for one in urgencies if one[0] is not None]
            if waiting:
                member = min(waiting)[2]
                self._turns += 1
                queue = self.queues[member]
                queue.turn = self._turns
                return member, queue
            self._work.clear()
            listens = any(queue.sound for queue in self.queues.values())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), SOUND_WAITS / 3 if listens else 0.5)
            if reader.at_eof():
                raise EOFError("the process has ended")

    def _refuse_all(self) -> None:
        for queue in self.queues.values():
            if queue.frame is not None:
                queue.frame.end(self.failure or ReaderBusyError())
                queue.frame = None


async def _receive(reader: asyncio.StreamReader, seconds: float) -> dict[str, Any]:
    """The next answer. Raises EOFError (IncompleteReadError) where the process has ended, TimeoutError, ValueError."""
    async with asyncio.timeout(seconds):
        (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
        return json.loads(await reader.readexactly(length))
