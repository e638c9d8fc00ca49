"""deploy/Caddyfile, as it is, by Caddy before the real server: uploads, ranges, sockets, slow clients, addresses."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect as open_socket

from tests.webapp.core.test_nginx import ROOT, ask, free_port, live

__all__ = ["live"]  # a fixture
CADDY = shutil.which("caddy")

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(CADDY is None, reason="no caddy (apt-get install caddy): deploy/Caddyfile served nothing"),
]


@pytest.fixture
def caddy(tmp_path: Path, serve, live: int) -> Iterator[int]:
    """Caddy with our settings, but for TLS: the address says http."""
    port, folder = free_port(), tmp_path / "caddy"
    folder.mkdir()
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n}}\nimport {ROOT}/deploy/Caddyfile\n")
    names = {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder}
    places = {"DOMAIN": f"http://127.0.0.1:{port}", "WEB": f"127.0.0.1:{serve[0]}", "LIVE": f"127.0.0.1:{live}",
              "LIVE_2": f"127.0.0.1:{serve[0]}"}  # fmt: skip
    env = os.environ | {name: str(path) for name, path in names.items()}
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [CADDY, "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"],
            stdout=said, stderr=said, env=env | {f"VIVA_{name}": place for name, place in places.items()},
        )  # fmt: skip
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        time.sleep(0.05)
    assert process.poll() is None, (folder / "said").read_text()
    yield port
    process.terminate()
    process.wait(20)


def test_a_whole_part_of_an_upload_and_nothing_larger(caddy: int, serve):
    part = os.urandom(32 * 1024**2)
    assert ask(caddy, "PATCH", "/upload", part)[0] == 204
    assert serve[1].pop("body") == part
    # Caddy hangs up in the middle of what is too large, so that its 413 may or may not be read.
    with contextlib.suppress(ConnectionError):
        assert ask(caddy, "PATCH", "/upload", bytes(41 * 1024**2))[0] == 413
    assert len(serve[1].get("body", b"")) <= 40 * 1000**2


def test_what_arrived_of_a_part_is_kept_when_the_client_dies(caddy: int, serve):
    client = socket.create_connection(("127.0.0.1", caddy))
    head = f"PATCH /upload HTTP/1.1\r\nHost: 127.0.0.1:{caddy}\r\nContent-Length: 3000000\r\n\r\n"
    client.sendall(head.encode() + b"x" * 1_000_000)
    time.sleep(1)
    client.close()
    deadline = time.monotonic() + 20
    while "body" not in serve[1] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert serve[1]["body"] == b"x" * 1_000_000


def test_a_player_asks_for_a_part(caddy: int, serve):
    data = serve[2].read_bytes()
    status, body, _seconds = ask(caddy, "GET", "/media", Range="bytes=4000000-7000000")
    assert (status, body) == (206, data[4_000_000:7_000_001])


def test_sockets_of_live_rooms_go_through(caddy: int):
    with open_socket(f"ws://127.0.0.1:{caddy}/live/service/signal?token=x") as client:
        client.send("hello")
        assert client.recv(10) == "/live/service/signal?token=x hello"
    with open_socket(f"ws://127.0.0.1:{caddy}/live/service/1/signal") as client:
        client.send("hello")
        assert client.recv(10) == "/live/service/1/signal hello"
    # The second service is elsewhere: here, where no sockets are.
    with pytest.raises(InvalidStatus), open_socket(f"ws://127.0.0.1:{caddy}/live/service/2/signal"):
        pass


def test_nobody_says_where_they_come_from(caddy: int):
    """VIVA_PROXIES=1 believes the last address: it is the one that Caddy saw."""
    status, body, _seconds = ask(caddy, "GET", "/where", **{"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "x"})
    assert (status, body) == (200, b"127.0.0.1 http")


def test_slow_clients_wait_at_the_proxy(caddy: int, serve):
    """None reaches the server, whom others reach as before."""
    slow = []
    for _ in range(280):
        client = socket.create_connection(("127.0.0.1", caddy))
        client.sendall(b"GET /media HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        slow.append(client)
    time.sleep(0.5)
    assert len(serve[3].active_channels) <= 2
    assert [ask(caddy, "GET", "/healthz")[0] for _ in range(10)] == [200] * 10
    for client in slow:
        client.close()
