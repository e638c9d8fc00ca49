"""The signal socket: JSON between the browsers of a room, checked message by message."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from ml.core.messages import N_
from webapp.live.service.hub import ELSEWHERE, Hub
from webapp.live.service.session import NOT_ALLOWED, RESTARTS, STATE, TOKEN, TOO_BIG, TOO_OFTEN, Session, TokenBucket
from webapp.live.tokens import Claims, TokenError

logger = logging.getLogger(__name__)

#: Bytes of one message, characters of one chat message, seconds until the first message.
LARGEST, LONGEST_CHAT, PATIENCE = 64 * 1024, 2000, 10.0
#: A call with five others begins with some hundred candidates at once.
MESSAGES = (40, 400)
#: Of some kinds fewer are enough: how many a second in the long run, how many at once, and what is said beyond them.
LIMITS = {
    "chat": (1, 8, "chat_too_often", N_("You are sending messages too fast. Wait a moment.")),
    "moment": (0.5, 4, "moment_too_often", N_("Wait a moment before you analyse again.")),
    "consent": (0.5, 6, "consent_too_often", N_("Wait a moment before you allow analysis again.")),
    "media": (0.2, 5, "media_too_often", N_("Wait a moment before you connect again.")),
}
_WHY = {
    "closed": N_("The room is closed."),
    "removed": N_("The host has removed you from this call."),
    "signed_out": N_("You are signed out. Sign in and open the room again."),
    ELSEWHERE: N_("This connection has expired. Reconnecting…"),
    "full": N_("The room is full. Wait until someone leaves, then try again."),
}


class Signalling:
    """Serves /signal. ``check`` turns a token into Claims or raises TokenError."""

    def __init__(self, hub: Hub, check: Callable[[object], Claims]) -> None:
        self.hub, self.check = hub, check

    async def serve(self, connection: ServerConnection) -> None:
        """Serve one browser until it or we hang up."""
        session = await self._join(connection)
        if session is None:
            return
        writer = asyncio.create_task(session.write())
        for_good = False
        try:
            for_good = await self._listen(connection, session)
        except ConnectionClosed as closed:
            # 1000 and 1001: the page was left or closed. Everything else may come back, and the call goes on.
            for_good = closed.rcvd is not None and closed.rcvd.code in (1000, 1001)
        finally:
            self.hub.leave(session, for_good=for_good)
            await session.ended()
            writer.cancel()

    async def _join(self, connection: ServerConnection) -> Session | None:
        try:
            first = _parse(await asyncio.wait_for(connection.recv(), PATIENCE))
            if first is None or first.get("type") != "join":
                raise TokenError("token", "The first message must be a join.")
            claims = self.check(first.get("token"))
        except (TokenError, TimeoutError) as error:
            await _refuse(connection, TOKEN, getattr(error, "code", "token"), str(error) or "No join came.")
            return None
        page = first.get("page")
        session = Session(
            connection, claims.room_id, claims.member_id, page[:40] if isinstance(page, str) else "", claims.session
        )
        if refused := await self.hub.enter(session):
            await _refuse(connection, RESTARTS if refused == ELSEWHERE else NOT_ALLOWED, refused, _WHY[refused])
            return None
        return session

    async def _listen(self, connection: ServerConnection, session: Session) -> bool:
        """Handle messages; whether the person left for good."""
        messages, kinds = TokenBucket(*MESSAGES), {kind: TokenBucket(*limit[:2]) for kind, limit in LIMITS.items()}
        async for raw in connection:
            if session.closing:
                continue  # what still comes is read and forgotten, so that the end of it can be heard
            if len(raw) > LARGEST or (isinstance(raw, str) and len(raw.encode("utf-8", "replace")) > LARGEST):
                session.close(TOO_BIG, "too big")
                continue
            if not messages.take():
                session.close(TOO_OFTEN, "too often")
                continue
            message = _parse(raw) or {}
            kind = message.get("type")
            if kind == "leave":
                self.hub.leave(session, for_good=True)
                session.close(1000, "left")
            elif isinstance(kind, str) and kind in kinds and not _is_withdrawal(message) and not kinds[kind].take():
                _say(session, *LIMITS[kind][2:])
            else:
                await self._handle(session, kind, message)
        return True

    async def _handle(self, session: Session, kind: object, message: dict[str, Any]) -> None:
        if kind == "signal":
            self._signal(session, message)
        elif kind == "state":
            self._state(session, message)
        elif kind == "chat":
            self._chat(session, message.get("text"))
        elif kind == "consent" and isinstance(message.get("reading"), bool):
            await self._consent(session, message["reading"])
        elif kind == "moment":
            self.hub.begin_moment(session)
        elif kind == "media":
            self.hub.say_media(session)
        else:
            _say(session, "message", N_("That message was not understood."))

    def _signal(self, session: Session, message: dict[str, Any]) -> None:
        data, call = message.get("data"), self.hub.calls.get(session.room_id)
        other = call.sessions.get(message["to"]) if call and isinstance(message.get("to"), str) else None
        if not _is_signal(data):
            _say(session, "message", N_("That message was not understood."))
        elif other is None or other is session:
            _say(session, "nobody", N_("That person is not in the call at the moment."))
        else:
            other.send({"type": "signal", "from": session.member_id, "data": data})

    def _state(self, session: Session, message: dict[str, Any]) -> None:
        session.state.update({name: message[name] for name in STATE if isinstance(message.get(name), bool)})
        self.hub.say_state(session)

    def _chat(self, session: Session, text: object) -> None:
        call = self.hub.calls.get(session.room_id)
        if not isinstance(text, str) or not text.strip():
            _say(session, "chat_empty", N_("There is nothing to send yet."))
        elif len(text) > LONGEST_CHAT:
            _say(session, "chat_too_long", N_("That message is too long."))
        elif call is not None and (person := call.snapshot.people.get(session.member_id)):
            # To oneself too: everybody sees the same messages in the same order.
            text = text.encode("utf-8", "replace").decode("utf-8")  # half an emoji is no text
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            call.tell({"type": "chat", "from": person.id, "name": person.name, "text": text, "at": at})

    async def _consent(self, session: Session, reading: bool) -> None:
        why_not = await asyncio.to_thread(self.hub.store.decide, session.member_id, reading)
        if why_not:
            _say(session, "consent", why_not)
        await self.hub.refresh()
        call = self.hub.calls.get(session.room_id)
        person = call.snapshot.people.get(session.member_id) if call else None
        if person is not None:
            session.send({"type": "consent", "reading": person.reading})


def _is_withdrawal(message: dict[str, Any]) -> bool:
    """Whether somebody takes a consent back: never too often."""
    return message["type"] == "consent" and message.get("reading") is False


def _is_signal(data: object) -> bool:
    """Whether this is what WebRTC's handshake consists of: a description, a candidate, and nothing deep in them."""
    return (
        isinstance(data, dict)
        and bool(data)
        and set(data) <= {"description", "candidate"}
        and all(
            part is None
            or (isinstance(part, dict) and all(isinstance(value, str | int | None) for value in part.values()))
            for part in data.values()
        )
    )


def _say(session: Session, code: str, message: str) -> None:
    session.send({"type": "error", "code": code, "message": message})


async def _refuse(connection: ServerConnection, number: int, code: str, message: str) -> None:
    with contextlib.suppress(ConnectionClosed):
        await connection.send(json.dumps({"type": "error", "code": code, "message": message}))
    await connection.close(number, code)


def _parse(raw: str | bytes) -> dict[str, Any] | None:
    """The JSON object in a text message; None for everything else."""
    if not isinstance(raw, str) or len(raw) > LARGEST:
        return None
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None
