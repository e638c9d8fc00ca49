"""Stand-ins for applicant tracking systems. They are written after the pages in docs/ats, and import no adapter."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.accounts.models import Role, User
from webapp.ats import orders
from webapp.ats.models import Connection, Offer, System
from webapp.core.database import db
from webapp.messages import delivery
from webapp.messages.models import Channel


@dataclass
class Theirs:
    """The side of the system that we call: what came, and what is answered."""

    url: str = ""
    status: int = 204
    calls: list[tuple[str, str, str, Any]] = field(default_factory=list)


@pytest.fixture
def theirs(app: Flask) -> Iterator[Theirs]:
    found = Theirs()

    class Handler(BaseHTTPRequestHandler):
        def do_PATCH(self) -> None:
            self._take()

        def do_POST(self) -> None:
            self._take()

        def _take(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            shown = self.headers.get("Authorization", "")
            found.calls.append((self.command, self.path, shown, json.loads(raw) if raw else None))
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    app.config["WEBHOOK_NETWORKS"] = ["127.0.0.0/8"]
    yield found
    server.shutdown()
    server.server_close()


@dataclass
class Side:
    """One organisation's connection, its offer, and its key."""

    admin: User
    connection: Connection
    offer: Offer
    key: str
    client: FlaskClient

    @property
    def basic(self) -> dict[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(f"{self.key}:".encode()).decode()}

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@pytest.fixture
def side(app: Flask, make, theirs: Theirs) -> Callable[..., Side]:
    def build(system: System, **values: Any) -> Side:
        admin = make.user(Role.ADMIN, **values)
        position = make.position("FR", title="Sales assistant", created_by=admin, **values)
        connection, key = orders.connect(system, by=admin)
        connection.address = theirs.url
        offer = orders.offer(
            title="Sales interview", position=position, question_set=make.question_set(created_by=admin), days=5,
            by=admin,
        )  # fmt: skip
        db.session.commit()
        return Side(admin, connection, offer, key, app.test_client())

    return build


@pytest.fixture
def deliver() -> Callable[[], None]:
    """Send what waits for the systems."""

    def run() -> None:
        db.session.commit()
        delivery.drain(Channel.ATS, 10)
        db.session.expire_all()

    return run
