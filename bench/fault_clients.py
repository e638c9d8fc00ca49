"""Clients that are slow on purpose: headers and bodies that never end, and players that do not read."""

from __future__ import annotations

import contextlib
import http.client
import resource
import socket
import time
from collections.abc import Iterator

#: Seconds for one answer.
ANSWER = 30.0
KINDS = ("headers", "bodies", "players")


@contextlib.contextmanager
def many_files() -> Iterator[None]:
    """As many open files as the system lets us have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _connect(port: int, kind: str, media: str) -> socket.socket | None:
    first = {
        "headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
        "bodies": b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\nx",
        "players": f"GET {media} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(),
    }[kind]
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(5)
    try:
        client.connect(("127.0.0.1", port))
        client.sendall(first)
    except OSError:
        client.close()
        return None
    client.setblocking(False)
    return client


def hold(port: int, each: int, seconds: float, media: str) -> tuple[dict[str, int], float | None]:
    """Hold so many clients of each kind for so long; how many connected, and the slowest /healthz in milliseconds
    (None where one question was not answered)."""
    clients: dict[str, list[socket.socket]] = {kind: [] for kind in KINDS}
    worst: float | None = 0.0
    for kind in KINDS:
        for _ in range(each):
            if client := _connect(port, kind, media):
                clients[kind].append(client)
    counts = {kind: len(found) for kind, found in clients.items()}
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        took = ask(port)
        worst = None if took is None or worst is None else max(worst, took)
        for kind in ("headers", "bodies"):
            for client in clients[kind]:
                with contextlib.suppress(OSError):
                    client.send(b"x")
        time.sleep(0.5)
    for found in clients.values():
        for client in found:
            client.close()
    return counts, worst


def ask(port: int) -> float | None:
    """How long /healthz takes, in milliseconds; None where it does not answer 200."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        answer.read()
        return 1000 * (time.perf_counter() - began) if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
