"""A receiver of webhooks on 127.0.0.1, which verifies what comes by the reference library."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from standardwebhooks import Webhook

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.integrations import operations, signing
from webapp.messages import delivery
from webapp.messages.models import Channel, Message


@dataclass
class Receiver:
    """What came, and what is answered."""

    url: str = ""
    status: int = 200
    secret: str = ""
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    location: str = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that takes webhooks."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if found.secret:
                Webhook(found.secret).verify(body, headers)
            found.headers.append(headers)
            found.bodies.append(json.loads(body))
            self.send_response(found.status)
            if found.location:
                self.send_header("Location", found.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield found
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def endpoint(app: Flask, make, receiver: Receiver):
    """An endpoint that leads to the receiver, whose network the operator allows."""
    app.config["WEBHOOK_NETWORKS"] = ["127.0.0.0/8"]
    row = operations.add_endpoint(title="ATS", url=receiver.url, types=[], by=make.user(Role.ADMIN))
    db.session.commit()
    receiver.secret = signing.secret_of(row)
    return row


@pytest.fixture
def deliver(app: Flask):
    """Send what is due; all webhooks afterwards."""

    def run() -> list[Message]:
        db.session.commit()
        delivery.drain(Channel.WEBHOOK)
        db.session.expire_all()
        query = db.select(Message).where(Message.channel == Channel.WEBHOOK)
        return list(db.session.scalars(query.order_by(Message.created_at, Message.id)))

    return run
