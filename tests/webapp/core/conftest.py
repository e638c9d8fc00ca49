"""A small application behind the real server."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator

import pytest
from flask import Flask, request

from webapp.core import sending, server
from webapp.core.server import Server


@pytest.fixture
def serve(tmp_path) -> Iterator[tuple[int, dict[str, bytes]]]:
    """A small application behind the real server; yields its port and what arrived by PATCH."""
    app, arrived = Flask(__name__), {}
    app.config.update(HOME=tmp_path, PROXIES=0)
    media = tmp_path / "media.bin"
    media.write_bytes(os.urandom(8 << 20))

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.get("/media")
    def play():
        return sending.send_path(media, mimetype="video/webm")

    @app.get("/where")
    def where() -> str:
        return f"{request.headers['X-Forwarded-For']} {request.headers['X-Forwarded-Proto']}"

    @app.patch("/upload")
    def upload() -> tuple[str, int]:
        arrived["body"] = request.get_data()
        return "", 204

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    running = server.listen(app, "127.0.0.1", 0)
    thread = threading.Thread(target=run_server, args=(running,), daemon=True)
    thread.start()
    yield int(running.effective_port), arrived, media, running
    running.stopping = True
    running.pull_trigger()
    thread.join(10)
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def run_server(running: Server) -> None:
    running.adj.asyncore_loop_timeout = 0.2
    while not getattr(running, "stopping", False):
        running.asyncore.loop(timeout=0.2, map=running._map, use_poll=True, count=1)
    for channel in list(running.active_channels.values()):
        channel.handle_close()
    running.task_dispatcher.shutdown(timeout=2)
    running.monitors.shutdown(timeout=2)
    running.close()
