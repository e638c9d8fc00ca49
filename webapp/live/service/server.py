"""The listening end: origins, paths, tokens that are used once, and the life of what is behind."""

from __future__ import annotations

import asyncio
import contextlib
import http
import logging
import time
from contextvars import ContextVar
from typing import Any, Self
from urllib.parse import urlsplit

from flask import Flask
from websockets.asyncio.server import Request, Response, ServerConnection, serve

from ml.core.messages import N_
from webapp.core import counters
from webapp.live import tokens
from webapp.live.addresses import origin_of
from webapp.live.service.admission_control import AdmissionControl
from webapp.live.service.hub import Hub
from webapp.live.service.pool import Pool
from webapp.live.service.reading import Readings
from webapp.live.service.session import RESTARTS
from webapp.live.service.signalling import Signalling
from webapp.live.service.store import Store

logger = logging.getLogger(__name__)

#: The connection that is being served in the present task.
_connection: ContextVar[ServerConnection] = ContextVar("connection")


class Service:
    """The live service as an asynchronous context: listening while it is entered.

    :param workers: processes that read frames and sound; None for one a core, 0 for a service that reads nobody.
    """

    def __init__(self, app: Flask, *, workers: int | None = None) -> None:
        self.app = app
        self.workers = app.config["LIVE_READERS"] if workers is None else workers
        self.readings: Readings | None = None
        self.hub = Hub(Store(app), app.config)
        self.signalling = Signalling(self.hub, lambda token: self.check(token, "signal"))
        self.started = time.time()
        self.port = 0
        self._used: dict[str, float] = {}
        self._crowd = AdmissionControl()
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._begin_reading()
        host, _, port = self.app.config["LIVE_LISTEN"].rpartition(":")
        server = await serve(
            self._serve,
            host.strip("[]") or None,
            int(port),
            process_request=self._admit,
            create_connection=self._crowd.connection(),
            max_size=1 << 20,  # both sockets close what is too big for them by themselves, with a code that says so
            max_queue=4,
            compression=None,
            ping_interval=20,
            ping_timeout=20,
            open_timeout=10,
            close_timeout=3,
        )
        self.port = next(iter(server.sockets)).getsockname()[1]
        self._stack.push_async_callback(self._stop_listening, server)
        self._stack.push_async_callback(self.hub.close)
        clock = asyncio.create_task(self.hub.run())
        self._stack.callback(clock.cancel)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stack.aclose()

    async def _stop_listening(self, server: Any) -> None:
        server.close(code=RESTARTS, reason="the service restarts")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 3)

    async def _begin_reading(self) -> None:
        if self.workers == 0:
            return
        home = self.app.config["HOME"]
        pool = Pool(self.workers, lambda: counters.add(home, "viva_live_frames_total"))
        await pool.start()
        self._stack.push_async_callback(pool.close)
        self.readings = Readings(pool, self.hub, self._check_reading)

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer /healthz, and refuse paths, origins and crowds before a socket is opened."""
        path = urlsplit(request.path).path.rstrip("/")
        if path.endswith("/healthz"):
            return connection.respond(http.HTTPStatus.OK, "ok\n")
        sockets = ("signal", "reading") if self.readings is not None else ("signal",)
        if path.rpartition("/")[2] not in sockets:
            return connection.respond(http.HTTPStatus.NOT_FOUND, "There is nothing here.\n")
        if not self._is_ours(request.headers.get("Origin"), request.headers.get("Host", "")):
            logger.warning("A page of %r wanted to connect", request.headers.get("Origin"))
            return connection.respond(http.HTTPStatus.FORBIDDEN, "This page may not connect.\n")
        if self._crowd.is_full:
            return connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections.\n")
        return None

    def _is_ours(self, origin: str | None, host: str) -> bool:
        """Whether pages of ``origin`` may connect: those of the addresses that were configured, else those of the host
        that was asked. Each token names its origin besides."""
        if not origin:
            return False
        known = {origin_of(url) for url in (self.app.config["PUBLIC_URL"], *self.app.config["LIVE_ORIGINS"]) if url}
        if known:
            return origin in known
        return urlsplit(origin).hostname == urlsplit(f"//{host}").hostname and origin.startswith(("http:", "https:"))

    async def _serve(self, connection: ServerConnection) -> None:
        _connection.set(connection)
        path = connection.request.path if connection.request else ""
        if self.readings and urlsplit(path).path.rstrip("/").endswith("/reading"):
            await self.readings.serve(connection)
        else:
            await self.signalling.serve(connection)

    def check(self, token: object, purpose: str) -> tokens.Claims:
        """The claims of a token, which cannot be used a second time. Raises TokenError.

        Tokens from before this process began are refused: whether those were used is forgotten.
        """
        request = _connection.get().request
        with self.app.app_context():
            claims = tokens.check(token, purpose, request.headers.get("Origin") if request else None, self.hub.name)
        moment = time.time()
        if claims.made < self.started or claims.nonce in self._used:
            raise tokens.TokenError("used", N_("This connection was already used. Reconnecting…"))
        lasts = self.app.config["LIVE_TOKEN_SECONDS"] + 1
        self._used = {nonce: until for nonce, until in self._used.items() if until > moment}
        self._used[claims.nonce] = moment + lasts
        self._crowd.joined(_connection.get())
        return claims

    def _check_reading(self, token: str) -> tuple[str, str] | None:
        try:
            claims = self.check(token, "reading")
        except tokens.TokenError:
            return None
        return claims.room_id, claims.member_id
