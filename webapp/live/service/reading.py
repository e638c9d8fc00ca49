"""The reading socket: one browser's own frames and sound up, what can be said of them down.

A frame is read only while its sender's consent, policy and membership hold: asked when the socket is joined, with each
frame, before each answer, and twice a second in between. Frames are neither kept nor logged.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from typing import Any, Protocol

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from webapp.live.service import limits
from webapp.live.service.pool import Pool, ReaderBusyError, ReaderLostError, ReadingError
from webapp.live.service.session import NOT_ALLOWED, RESTARTS, TAKEN_OVER, TOKEN, TOO_BIG, TOO_OFTEN, TOO_SLOW

logger = logging.getLogger(__name__)

GARBAGE = 4400
#: Seconds: until the first message; for a consent to become known after a restart; between two looks at it; for an
#: answer to be taken.
PATIENCE, SETTLING, WATCH, SLOW = 10.0, 2.5, 0.4, 5.0
#: Characters of the first message.
LONGEST_JOIN = 4096
#: Codes of refusals that are the frame's own fault; a model that is missing is not.
_BAD_FRAME = {"not_jpeg", "damaged", "size", "too_big", "time", "not_sound"}
_NO_CONSENT = "Your reading has stopped: there is no consent to it, or it is not allowed here."


class Hub(Protocol):
    """What is asked of the service's hub (webapp/live/service/hub.py): from memory, never blocking."""

    def may_read(self, member_id: str) -> bool:
        """Whether a member has agreed to be read, and may be."""

    def has_moved(self, room_id: str) -> bool:
        """Whether a room is at another service now."""

    def share(self, room_id: str, member_id: str, reading: dict[str, Any] | None) -> None:
        """Send a member's reading on to those who may see it; None says that it has stopped."""

    def take_moment(self, member_id: str) -> str | None:
        """The moment that somebody asked for, for a member's next frame; asked for once."""


class Readings:
    """Serves /reading. ``check`` turns a token into (room, member), or None where it is not valid."""

    def __init__(self, pool: Pool, hub: Hub, check: Callable[[str], tuple[str, str] | None]):
        self.pool, self.hub, self.check = pool, hub, check
        self._open: dict[str, _Session] = {}

    async def serve(self, connection: ServerConnection) -> None:
        """Serve one browser until it or we hang up."""
        with contextlib.suppress(ConnectionClosed):
            who = await self._join(connection)
            if who is None:
                return
            session = _Session(connection, *who)
            member = session.member
            older, self._open[member] = self._open.get(member), session
            if older is not None:
                older.end(TAKEN_OVER, "taken over by a newer tab")
            watch = asyncio.create_task(self._watch(session))
            try:
                await self._listen(session)
            finally:
                watch.cancel()
                session.cancel()
                if self._open.get(member) is session:
                    del self._open[member]
                    self.hub.share(session.room, member, None)
                await session.ended()

    async def _join(self, connection: ServerConnection) -> tuple[str, str] | None:
        try:
            raw = await asyncio.wait_for(connection.recv(), PATIENCE)
            first = json.loads(raw) if len(raw) <= LONGEST_JOIN else {}
            who = self.check(first["token"]) if first["type"] == "join" else None
        except (TimeoutError, ValueError, TypeError, LookupError, RecursionError):
            who = None
        if who is None:
            await _refuse(connection, TOKEN, "token", "This connection's token is not valid. It is made anew.")
            return None
        # After a restart this socket may be back before the one that makes the room known.
        for _ in range(round(SETTLING / 0.1)):
            if self.hub.may_read(who[1]):
                return who
            await asyncio.sleep(0.1)
        await _refuse(connection, NOT_ALLOWED, "no_consent", _NO_CONSENT)
        return None

    async def _watch(self, session: _Session) -> None:
        """Hang up, and forget what is known of this member, as soon as the reading may not go on."""
        while not session.closing:
            await asyncio.sleep(WATCH)
            if not self.hub.may_read(session.member):
                self._withdraw(session)

    def _withdraw(self, session: _Session) -> None:
        if not session.closing:
            self.pool.drop(session.member)
            self.hub.share(session.room, session.member, None)
            if self.hub.has_moved(session.room):
                return session.end(RESTARTS, "the room is at another service")
            session.end(NOT_ALLOWED, "no consent", {"type": "error", "code": "no_consent", "message": _NO_CONSENT})

    async def _listen(self, session: _Session) -> None:
        limiter = limits.Limiter()
        async for message in session.connection:
            if session.closing:
                return
            if limiter.floods():
                return session.end(TOO_OFTEN, "too often")
            if len(message) > limits.LARGEST:
                return session.end(TOO_BIG, "too big")
            try:
                packet = limits.parse(message)
            except limits.Garbage as garbage:
                session.say_error("garbage", str(garbage))
                if limiter.had_enough():
                    session.end(GARBAGE, "garbage")
                continue
            if not self.hub.may_read(session.member):
                self._withdraw(session)
            elif packet.kind == limits.SOUND:
                self._sound(session, limiter, packet)
            elif limiter.lets_in(packet):
                session.start(self._frame(session, limiter, packet))
            else:
                session.say({"type": "busy", "sequence": packet.sequence})

    def _sound(self, session: _Session, limiter: limits.Limiter, packet: limits.Packet) -> None:
        if limiter.lets_in(packet):
            try:
                self.pool.sound(session.member, packet.payload, packet.at)
            except ReadingError as refused:
                session.say_error(refused.code, refused.message)

    async def _frame(self, session: _Session, limiter: limits.Limiter, packet: limits.Packet) -> None:
        """Have a frame read, answer, and share what was read."""
        moment = self.hub.take_moment(session.member) if packet.moment else None
        try:
            found = await self.pool.frame(session.member, packet.payload, packet.at, moment is not None)
        except (ReaderBusyError, ReaderLostError):
            return session.say({"type": "busy", "sequence": packet.sequence})
        except ReadingError as refused:
            session.say_error(refused.code, refused.message, packet.sequence)
            if refused.code in _BAD_FRAME and limiter.had_enough():
                session.end(GARBAGE, "garbage")
            return None
        if not self.hub.may_read(session.member):
            return self._withdraw(session)
        if session.closing:
            return None
        reading = {
            "type": "reading",
            "sequence": packet.sequence,
            "at": packet.at,
            **found["reading"],
            "moment": moment,
            "ms": found["ms"],
        }
        self.hub.share(session.room, session.member, reading)
        return await session.send(reading)


class _Session:
    """One open socket of one member."""

    def __init__(self, connection: ServerConnection, room: str, member: str):
        self.connection, self.room, self.member = connection, room, member
        self.closing = False
        self._ending: asyncio.Task | None = None
        self._tasks: set[asyncio.Task] = set()

    def start(self, work: Any) -> None:
        """Run something beside the listening; ends with the session."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("A frame could not be answered", exc_info=task.exception())

    def say(self, message: dict[str, Any]) -> None:
        """Send without waiting."""
        self.start(self.send(message))

    def say_error(self, code: str, message: str, sequence: int | None = None) -> None:
        error = {"type": "error", "code": code, "message": message}
        self.say(error if sequence is None else error | {"sequence": sequence})

    async def send(self, message: dict[str, Any]) -> None:
        """Send; whoever does not take it in time is hung up on."""
        try:
            async with asyncio.timeout(SLOW):
                await self.connection.send(json.dumps(message, ensure_ascii=False, separators=(",", ":")))
        except TimeoutError:
            self.end(TOO_SLOW, "too slow")
        except ConnectionClosed:
            self.closing = True

    def end(self, code: int, reason: str, last: dict[str, Any] | None = None) -> None:
        """Hang up, after a last message where there is one. What is being read is not answered any more."""
        if not self.closing:
            self.closing = True
            self._ending = asyncio.create_task(self._end(code, reason, last))

    async def _end(self, code: int, reason: str, last: dict[str, Any] | None) -> None:
        try:
            async with asyncio.timeout(2):
                if last is not None:
                    with contextlib.suppress(ConnectionClosed):
                        await self.connection.send(json.dumps(last))
                await self.connection.close(code, reason)
        except TimeoutError:  # a flood in front of the answer, or nobody reads
            self.connection.transport.abort()

    async def ended(self) -> None:
        """Wait until the closing code has been sent, where there is one."""
        if self._ending is not None:
            await self._ending

    def cancel(self) -> None:
        for task in list(self._tasks):
            task.cancel()


async def _refuse(connection: ServerConnection, code: int, why: str, message: str) -> None:
    with contextlib.suppress(ConnectionClosed):
        await connection.send(json.dumps({"type": "error", "code": why, "message": message}))
        await connection.close(code, why)
