"""``python -m webapp.core.server --listen 127.0.0.1:8000``: the web server.

Waitress reads and writes every connection in one loop and gives a thread nothing but whole requests, so a client that
sends or reads slowly costs a little memory and no thread. This module adds what it has not: deadlines for headers and
bodies, an end to clients that read nothing, limits per network address, and that an upload whose connection dies keeps
what arrived.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import logging
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import TemplateError
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error

from webapp.core.limits import network_of
from webapp.core.write_path import is_full

logger = logging.getLogger(__name__)

THREADS = 32
#: Seconds for the headers of a request, and for the first of a connection.
HEADERS = 20.0
#: A body gets so many seconds, and one more for every SLOWEST bytes that arrived; no byte may take longer than STALL.
BODY, SLOWEST, STALL = 30.0, 1024, 60.0
#: Seconds for which an idle connection is kept, and for which a client may read nothing of an answer.
IDLE, UNREAD = 75.0, 120.0
#: Connections in all; and of those on which something is unfinished, in all and from one address.
CONNECTIONS, UNFINISHED, UNFINISHED_PER_ADDRESS = 4000, 3000, 600
#: Connections that are taken in at once.
ACCEPTED = 64
#: Bytes that are read or written at once, and that the kernel keeps for a client that does not read: 20 Mbit/s at a
#: round trip of 100 ms.
PIECE, KERNEL = 256 * 1024, 128 * 1024
#: Seconds for which a request waits for the loop at most before it is answered.
GIVE_WAY = 0.25
#: So many requests begin in one turn of the loop while others queue.
AT_ONCE = 8
#: The largest body: a part of an upload, with room for a form around it.
LARGEST = 40 * 1024**2


class NoRoom(Error):
    """The disk is full, so a body cannot be taken."""

    code, reason = 507, "Insufficient Storage"


class Parser(HTTPRequestParser):
    """One request. What a proxy before us may understand otherwise than we do is refused, and the connection ends."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers. Raises ParsingError also for two lengths (RFC 9112, 6.1) and for hosts (3.2) but one."""
        names = [line.partition(b":")[0].strip().lower() for line in header_plus.split(b"\r\n")[1:]]
        if b"transfer-encoding" in names and b"content-length" in names:
            raise ParsingError("Content-Length beside Transfer-Encoding")
        super().parse_header(header_plus)
        hosts = names.count(b"host")
        if hosts > 1 or (not hosts and self.version == "1.1"):
            raise ParsingError("There must be one Host")


class Channel(HTTPChannel):
    """One connection."""

    parser_class = Parser

    #: When the request that is arriving began; whether the client has sent its last.
    began = 0.0
    ended = False
    request: Any
    sendbuf_len: int

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sendbuf_len = min(self.sendbuf_len, PIECE)

    def readable(self) -> bool:
        """Whether anything more may come. Never once it is closed: its number may be the next connection's, which would
        get the news of the old one and be hung up on."""
        return self.connected and not self.ended and super().readable()

    def writable(self) -> bool:
        """Whether anything waits to be sent."""
        return self.connected and bool(super().writable())

    def handle_read(self) -> None:
        """Take in what has come; at the end hand on what arrived of an upload."""
        try:
            data = self.socket.recv(self.adj.recv_bytes)
        except BlockingIOError:
            return
        except OSError:  # the connection broke
            data = b""
        if data:
            self.last_activity = time.time()
            self.received(data)
        elif not self.deliver_what_arrived():
            self.handle_close()

    def received(self, data: bytes) -> bool:
        """Take in bytes; a body for which the disk has no room is refused."""
        if self.request is None:
            self.began = time.time()
        try:
            return bool(super().received(data))
        except OSError as error:
            if not is_full(error) or self.request is None:
                raise
            self._refuse(NoRoom("No room left to store this."))
            return False

    def service(self) -> None:
        """Answer what was asked, in one of the threads."""
        if not _is_monitor(self):
            self.server.give_way()
        super().service()

    def _refuse(self, error: Error) -> None:
        with self.requests_lock:
            request, self.request = self.request, None
            request.error, request.completed = error, True
            self._take(request)

    def _take(self, request: Any) -> None:
        self.requests.append(request)
        if len(self.requests) == 1:
            self.server.add_task(self)

    def deliver_what_arrived(self) -> bool:
        """Hand on the part of a PATCH (tus) that is here, where no more will come; whether there was one."""
        request = self.request
        if request is None or not request.headers_finished or request.command != "PATCH" or request.chunked:
            return False
        arrived = request.body_bytes_received
        if not arrived or "UPLOAD_CHECKSUM" in request.headers:
            return False
        with self.requests_lock:
            self.request, self.ended = None, True
            request.headers["CONTENT_LENGTH"] = str(arrived)
            request.headers["CONNECTION"] = "close"
            request.completed = True
            self._take(request)
        return True

    def overdue(self, moment: float) -> bool:
        """Whether this client has had its time."""
        if self.total_outbufs_len:
            return moment > self.last_activity + UNREAD
        if self.requests:
            return False
        request = self.request
        if request is None:
            return moment > self.last_activity + (IDLE if self.began else HEADERS)
        if not request.headers_finished:
            return moment > self.began + HEADERS
        allowed = BODY + request.body_bytes_received / SLOWEST
        return bool(moment > min(self.began + allowed, self.last_activity + STALL))

    @property
    def is_unfinished(self) -> bool:
        """Whether we wait for this client: to send the rest, to begin, or to read."""
        return bool(self.total_outbufs_len) or (not self.requests and (self.request is not None or not self.began))


def _is_monitor(channel: Channel) -> bool:
    """Whether a monitor asks; what is no HTTP has no path."""
    return bool(channel.requests) and getattr(channel.requests[0], "path", "") == "/healthz"


class Server(TcpWSGIServer):
    """The loop, with deadlines and limits looked after once a second."""

    channel_class = Channel
    #: Whether connections come from clients themselves; a proxy's are all from one address.
    limits_addresses = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.monitors = ThreadedTaskDispatcher()
        self.monitors.set_thread_count(1)
        self._turns, self._waiting, self._turned = 0, 0, threading.Condition()

    def readable(self) -> bool:
        """Whether connections are taken in. The loop asks once a turn, which ``give_way`` waits for."""
        with self._turned:
            self._turns += 1
            self._turned.notify_all()
        return bool(super().readable())

    def give_way(self) -> None:
        """Wait for the loop while requests queue, so that AT_ONCE of them begin in one of its turns: Python runs one
        thread at a time, and with THREADS of them busy the loop would have a thirtieth of it."""
        if self.task_dispatcher.queue:
            with self._turned:
                deadline, behind = time.monotonic() + GIVE_WAY, self._waiting // AT_ONCE
                self._waiting += 1
                wanted = self._turns + 1 + behind
                while self._turns < wanted and (left := deadline - time.monotonic()) > 0:
                    self.pull_trigger()
                    self._turned.wait(left)
                self._waiting -= 1

    def set_socket_options(self, conn: Any) -> None:
        """Limit what the kernel keeps for a client that does not read."""
        super().set_socket_options(conn)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL)

    def handle_accept(self) -> None:
        """Take in all that wait, up to ACCEPTED: a turn of the loop costs as much as there are connections."""
        for _ in range(ACCEPTED):
            before = len(self._map)
            super().handle_accept()
            if len(self._map) == before:
                return

    def add_task(self, task: Channel) -> None:
        """Whole requests wait for a thread in the order in which they came, but a monitor's question for none."""
        (self.monitors if _is_monitor(task) else self.task_dispatcher).add_task(task)

    def maintenance(self, now: float) -> None:
        """End what has taken too long."""
        unfinished = defaultdict(list)
        for channel in list(self.active_channels.values()):
            if channel.overdue(now):
                self._end(channel)
            elif channel.is_unfinished:
                unfinished[network_of(channel.addr[0]) if self.limits_addresses else ""].append(channel)
        for channels in unfinished.values():
            self._keep(channels, UNFINISHED_PER_ADDRESS if self.limits_addresses else UNFINISHED)
        self._keep([channel for channels in unfinished.values() for channel in channels], UNFINISHED)

    def _keep(self, channels: list[Channel], most: int) -> None:
        """End the oldest beyond ``most``: who comes anew is served."""
        if len(channels) > most:
            channels.sort(key=lambda channel: channel.creation_time)
            for channel in channels[: len(channels) - most]:
                self._end(channel)
            logger.warning("%d unfinished connections were closed: too many at once", len(channels) - most)

    @staticmethod
    def _end(channel: Channel) -> None:
        if channel.connected and not channel.deliver_what_arrived():
            channel.handle_close()


def listen(app: Flask, host: str, port: int) -> Server:
    """A server that listens; ``run`` serves until ``close``."""
    # Bodies that are larger than a form's wait in files: of the data folder, which has room and is nobody else's.
    spool = Path(app.config["HOME"]) / "spool"
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    tempfile.tempdir = str(spool)
    adjustments = Adjustments(
        host=host.strip("[]"),
        port=port,
        threads=THREADS,
        ident=None,
        backlog=2048,
        recv_bytes=PIECE,
        connection_limit=CONNECTIONS,
        cleanup_interval=1,
        asyncore_use_poll=True,
        max_request_body_size=LARGEST,
        max_request_header_size=64 * 1024,
        inbuf_overflow=64 * 1024,
        outbuf_overflow=256 * 1024,
        clear_untrusted_proxy_headers=False,  # ours to judge: webapp/security.py believes as many as were configured
    )
    server = Server(app, map={}, adj=adjustments, sockinfo=adjustments.listen[0])
    app.extensions["server"] = server
    server.limits_addresses = not app.config["PROXIES"]
    return server


def _raise_limit_of_files() -> None:
    """One file for each connection, and they are counted in thousands."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def load_templates(app: Flask) -> None:
    """Compile every template, so that nobody waits for it: two seconds in all, up to a third of one for a page."""
    try:
        for name in app.jinja_env.list_templates():
            with contextlib.suppress(TemplateError):  # whoever asks for that page sees what is wrong with it
                app.jinja_env.get_template(name)
    finally:  # a server that could not load one serves the others
        app.extensions.pop("loading", None)
    # What is there by now stays: to look through it for cycles, again and again, holds up all threads for 0.3 s.
    gc.collect()
    gc.freeze()


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m webapp.core.server")
    parser.add_argument("--listen", required=True, metavar="HOST:PORT")
    host, _, port = parser.parse_args().listen.rpartition(":")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    _raise_limit_of_files()
    sys.setswitchinterval(0.001)  # the loop waits for its turn behind up to THREADS threads
    from webapp import create_app

    app = create_app()
    server = listen(app, host, int(port))
    app.extensions["loading"] = True  # /readyz says so: who asks meanwhile is answered, and waits
    threading.Thread(target=load_templates, args=(app,), daemon=True).start()
    logger.info("Listening on %s:%s, process %d", host, port, os.getpid())

    def stop(*_signal: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.run()


if __name__ == "__main__":
    main()
