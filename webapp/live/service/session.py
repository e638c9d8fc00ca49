"""One browser's signal socket: an outbox that never grows without bound, and what this browser says of itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

#: Closing codes of both sockets; the first says that another service, or the next one, is to be asked.
RESTARTS = 1012
TOKEN, NOT_ALLOWED, TOO_SLOW, TAKEN_OVER, TOO_BIG, TOO_OFTEN = 4401, 4403, 4408, 4409, 4413, 4429
#: Messages, and characters of them, that may wait for a browser which does not read.
OUTBOX, OUTBOX_SIZE = 400, 4 << 20
STATE = ("camera", "microphone", "screen", "hand", "recording")


def text_of(message: dict[str, Any]) -> str:
    """A message as JSON, in ASCII: half a surrogate pair in somebody's words must not end another's connection."""
    return json.dumps(message, separators=(",", ":"))


class TokenBucket:
    """A token bucket: ``burst`` at once, ``rate`` a second in the long run."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst, self.left, self.at = rate, burst, burst, time.monotonic()

    def take(self, cost: float = 1.0) -> bool:
        """Whether there was enough for one more."""
        moment = time.monotonic()
        self.left = min(self.burst, self.left + (moment - self.at) * self.rate)
        self.at = moment
        if self.left < cost:
            return False
        self.left -= cost
        return True


class Session:
    """The connection of one member's newest tab."""

    def __init__(self, connection: ServerConnection, room_id: str, member_id: str, page: str, login: str = "") -> None:
        #: The sign-in (webapp.accounts.sessions) of somebody with an account; when it ends, so does the connection.
        self.login = login
        self.connection, self.room_id, self.member_id, self.page = connection, room_id, member_id, page
        self.state = dict.fromkeys(STATE, False)
        self.closing = False
        self._ending: asyncio.Task[None] | None = None
        self._waiting = 0
        self._outbox: asyncio.Queue[str | None] = asyncio.Queue(OUTBOX)
        self._written = asyncio.Event()

    def send(self, message: dict[str, Any]) -> None:
        """Queue a message; a browser that lets too many wait is hung up on. Never blocks."""
        self.send_text(text_of(message))

    def send_text(self, text: str) -> None:
        """Queue a message that is JSON already."""
        if self.closing:
            return
        if self._outbox.full() or self._waiting + len(text) > OUTBOX_SIZE:
            self.close(TOO_SLOW, "too slow")
            return
        self._outbox.put_nowait(text)
        self._waiting += len(text)

    def close(self, code: int, reason: str) -> None:
        """Send what is waiting, then hang up; at once where the browser does not read."""
        if self.closing:
            return
        self.closing = True
        self._ending = asyncio.get_running_loop().create_task(self._end(code, reason))

    async def _end(self, code: int, reason: str) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self._outbox.put_nowait(None)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._written.wait(), 1.0)
        await self.connection.close(code, reason)

    async def ended(self) -> None:
        """Once we have hung up, if we are about to."""
        if self._ending is not None:
            await self._ending

    async def write(self) -> None:
        """Send what is queued, until the connection or the session closes. Run as a task beside the reader."""
        try:
            while (text := await self._outbox.get()) is not None:
                await self.connection.send(text)
                self._waiting -= len(text)
        except ConnectionClosed:
            pass
        finally:
            self._written.set()
