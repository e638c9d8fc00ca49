"""What the tests of the live room share: a live service beside the test, and browsers' ends of its sockets."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from webapp.accounts.models import Role, User
from webapp.core.database import db, now
from webapp.live import operations, tokens
from webapp.live.models import LivePurpose, Member, Room
from webapp.live.service.server import Service

ORIGIN = "http://127.0.0.1:8000"


class LiveService:
    """A live service in a thread of its own, on a free port."""

    def __init__(self, app: Flask, port: int = 0) -> None:
        app.config["LIVE_LISTEN"] = f"127.0.0.1:{port}"
        self.app, self._stop, self._ready = app, None, threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._ready.wait(20), "the live service did not start"

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with Service(self.app, workers=0) as self.service:
            self.port = self.service.port
            self._ready.set()
            await self._stop.wait()

    def call(self, function: Callable[[], Any]) -> Any:
        """Run something in the service's own thread."""
        done: list[Any] = []
        ready = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (done.append(function()), ready.set()))
        assert ready.wait(5)
        return done[0]

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)


class Socket:
    """A browser's end of /signal."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, **message: Any) -> None:
        self.connection.send(json.dumps(message))

    def next(self, kind: str, timeout: float = 10.0, **values: Any) -> dict[str, Any]:
        """The next message of a kind with these values; others before it are passed over."""
        end = time.monotonic() + timeout
        while (left := end - time.monotonic()) > 0:
            message = json.loads(self.connection.recv(timeout=left))
            if message["type"] == kind and values.items() <= message.items():
                return message
        raise TimeoutError(kind)

    def silent(self, kind: str, seconds: float = 0.6) -> bool:
        """Whether no message of a kind comes for a while."""
        try:
            self.next(kind, seconds)
        except TimeoutError:
            return True
        return False

    def closing_code(self, timeout: float = 10.0) -> int:
        """The code with which the service hangs up."""
        end = time.monotonic() + timeout
        try:
            while True:
                self.connection.recv(timeout=max(0.0, end - time.monotonic()))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    def close(self) -> None:
        self.connection.close()


@pytest.fixture
def service(app: Flask) -> Iterator[LiveService]:
    running = LiveService(app)
    yield running
    running.stop()


@pytest.fixture
def dial(service: LiveService) -> Iterator[Callable[..., Socket]]:
    """Connect without joining: ``dial()``; ``origin`` and ``path`` as wished."""
    with ExitStack() as opened:

        def dial(origin: str | None = ORIGIN, path: str = "/signal", port: int | None = None) -> Socket:
            url = f"ws://127.0.0.1:{port or service.port}{path}"
            return Socket(opened.enter_context(connect(url, origin=origin, compression=None, close_timeout=1)))

        yield dial


@pytest.fixture
def join(dial: Callable[..., Socket]) -> Callable[..., Socket]:
    """Connect a member to its room: ``join(member)``; the welcome is ``socket.welcome``."""

    def join(member: Member, page: str = "page", **where: Any) -> Socket:
        socket = dial(**where)
        socket.send(type="join", token=tokens.issue(member, "signal", ORIGIN), page=page)
        socket.welcome = socket.next("welcome")
        return socket

    return join


class MakeLive:
    """Makes rooms and members; everything is committed."""

    def __init__(self, make: Any) -> None:
        self.make = make

    def practice(self, owner: User | None = None, **values: Any) -> Room:
        owner = owner or self.make.user(Role.CANDIDATE)
        return self._room(owner=owner, **values)

    def assessment(self, country: str = "CA", owner: User | None = None, **values: Any) -> Room:
        owner = owner or self.make.user(Role.RECRUITER)
        position = self.make.position(country, created_by=owner)
        return self._room(owner=owner, position=position, candidate_name="Kim Tremblay", **values)

    def _room(self, **values: Any) -> Room:
        room = operations.make_room(**{"title": "A talk", "until": now() + timedelta(hours=2), **values})
        db.session.commit()
        return room

    def guest(self, room: Room, name: str = "Guest", **values: Any) -> Member:
        member = operations.enter(room, name=name, **values)
        db.session.commit()
        return member

    def agree(self, member: Member, yes: bool = True, purpose: LivePurpose = LivePurpose.READING) -> None:
        operations.decide(member, purpose, yes)
        db.session.commit()


@pytest.fixture
def live(make: Any) -> MakeLive:
    return MakeLive(make)
