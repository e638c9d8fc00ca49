"""The settings for nginx in docs/operations.md, by Debian's nginx before the real server: uploads, ranges, sockets, slow
clients."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect as open_socket
from websockets.sync.server import serve as serve_sockets

ROOT = Path(__file__).resolve().parents[3]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        NGINX is None, reason="no nginx (apt-get install nginx-light): the documented settings were not tried"
    ),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def live() -> Iterator[int]:
    """A live service that says back what it is told, and on which path."""

    def echo(client) -> None:
        for message in client:
            client.send(f"{client.request.path} {message}")

    with serve_sockets(echo, "127.0.0.1", 0) as sockets:
        thread = threading.Thread(target=sockets.serve_forever, daemon=True)
        thread.start()
        yield sockets.socket.getsockname()[1]
        sockets.shutdown()


@pytest.fixture
def nginx(tmp_path: Path, serve, live: int) -> Iterator[int]:
    """nginx with the documented settings, but for its port and for TLS."""
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    (settings,) = re.findall(r"```nginx\n(.*?)```", text, re.DOTALL)
    port = free_port()
    settings = settings.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    settings = settings.replace("127.0.0.1:8000", f"127.0.0.1:{serve[0]}").replace(
        "127.0.0.1:8001", f"127.0.0.1:{live}"
    )
    folder = tmp_path / "nginx"
    folder.mkdir()
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 4096; }}\nhttp {{ access_log off;\n{places}{settings}}}\n"
    )
    process = subprocess.Popen(
        [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", f"{folder}/error.log"]
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        time.sleep(0.05)
    yield port
    process.terminate()
    process.wait(20)
    assert "[emerg]" not in (folder / "error.log").read_text()


def ask(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes, float]:
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    return answer.status, answer.read(), time.monotonic() - began


def test_a_whole_part_of_an_upload_and_nothing_larger(nginx: int, serve):
    part = os.urandom(32 * 1024**2)
    assert ask(nginx, "PATCH", "/upload", part)[0] == 204
    assert serve[1]["body"] == part
    assert ask(nginx, "PATCH", "/upload", bytes(41 * 1024**2))[0] == 413


def test_what_arrived_of_a_part_is_kept_when_the_client_dies(nginx: int, serve):
    """Nothing waits in the proxy: it would be lost with the connection."""
    client = socket.create_connection(("127.0.0.1", nginx))
    client.sendall(b"PATCH /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 1_000_000)
    time.sleep(1)
    client.close()
    deadline = time.monotonic() + 20
    while "body" not in serve[1] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert serve[1]["body"] == b"x" * 1_000_000


def test_a_player_asks_for_a_part(nginx: int, serve):
    data = serve[2].read_bytes()
    status, body, _seconds = ask(nginx, "GET", "/media", Range="bytes=4000000-7000000")
    assert (status, body) == (206, data[4_000_000:7_000_001])


def test_sockets_of_live_rooms_go_through(nginx: int):
    with open_socket(f"ws://127.0.0.1:{nginx}/live/service/signal?token=x") as client:
        client.send("hello")
        assert client.recv(10) == "/live/service/signal?token=x hello"


def test_slow_clients_wait_at_the_proxy(nginx: int, serve):
    """As many as one address may have: none reaches the server, whom others reach as before."""
    slow = []
    for _ in range(280):
        client = socket.create_connection(("127.0.0.1", nginx))
        client.sendall(b"GET /media HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        slow.append(client)
    time.sleep(0.5)
    assert len(serve[3].active_channels) <= 2
    took = [ask(nginx, "GET", "/healthz") for _ in range(10)]
    assert [status for status, _body, _seconds in took] == [200] * 10
    assert max(seconds for _status, _body, seconds in took) < 1.0
    for client in slow:
        client.close()
