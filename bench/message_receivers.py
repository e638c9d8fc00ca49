"""A mail server and a receiver of webhooks on 127.0.0.1 that count what they take, and may end who sends it."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.controller import Controller

#: What happens to whoever sends a message: nothing, an end before it is taken, or one right after it was answered.
ORDERS = ("before", "window")
#: Seconds until an answer has surely left: the sender, stopped meanwhile, cannot read it.
LEFT = 0.05


@dataclass
class Counts:
    """What was taken, at the receivers. ``order`` is asked for each message, and given the sender's port."""

    taken: Counter[str] = field(default_factory=Counter)
    ids_of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    lock: threading.Lock = field(default_factory=threading.Lock)
    #: Decides what happens to the sender at this port of this message: "" (nothing), "before" or "window".
    order: Callable[[int], str] = lambda _port: ""
    #: Ends the sender that was stopped; told the id that it had sent, where that was taken.
    end: Callable[[int, str | None], None] = lambda _port, _id: None

    def take(self, message_id: str, cause: str) -> None:
        with self.lock:
            self.taken[message_id] += 1
            self.ids_of[cause].add(message_id)

    @property
    def repeated(self) -> int:
        return sum(number - 1 for number in self.taken.values())

    @property
    def doubled(self) -> int:
        return sum(len(ids) - 1 for ids in self.ids_of.values())


class Mailbox:
    """The mail server's side: a message's cause is in its recipient's address."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts

    async def handle_DATA(self, server, session, envelope) -> str:
        port = session.peer[1]
        order = self.counts.order(port)
        if order == "before":
            self.counts.end(port, None)
            return "451 ended"
        found = str(message_from_bytes(envelope.content)["Message-ID"]).strip("<>").partition("@")[0]
        self.counts.take(found, envelope.rcpt_tos[0])
        if order == "window":
            asyncio.get_running_loop().call_later(LEFT, self.counts.end, port, found)
        return "250 2.0.0 queued"


def _handler(counts: Counts) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            port = self.client_address[1]
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            order = counts.order(port)
            if order == "before":
                counts.end(port, None)
                self.close_connection = True
                return
            found = self.headers["webhook-id"].removeprefix("msg_")
            counts.take(found, f"hook {body['data']['of']}")
            self.send_response(204)
            self.end_headers()
            self.wfile.flush()
            if order == "window":
                threading.Event().wait(LEFT)
                counts.end(port, found)

        def log_message(self, *_arguments: object) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_details: object) -> None:
        """A sender that was ended has no more to say."""


@contextmanager
def receivers(counts: Counts, mail_port: int) -> Iterator[str]:
    """Both of them, until the block ends; the address of the one for webhooks."""
    mail = Controller(Mailbox(counts), hostname="127.0.0.1", port=mail_port)
    mail.start()
    hooks = _Server(("127.0.0.1", 0), _handler(counts))
    thread = threading.Thread(target=hooks.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{hooks.server_port}/"
    finally:
        mail.stop()
        hooks.shutdown()
        hooks.server_close()
        thread.join(5)


def process_at(port: int, pids: list[int]) -> int | None:
    """Which of ``pids`` holds the connection that comes from ``port`` of 127.0.0.1 (Linux); None for none of them."""
    wanted = f"0100007F:{port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    inode = next((line.split()[9] for line in lines if line.split()[1] == wanted and line.split()[9] != "0"), None)
    for pid in pids if inode else ():
        try:
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                if re.fullmatch(rf"socket:\[{inode}\]", str(entry.readlink())):
                    return pid
        except OSError:
            continue
    return None


def children_of(pid: int) -> list[int]:
    """The processes that ``pid`` started (Linux), whichever of its threads did."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
        except (OSError, ValueError):
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(path.parent.name))
    return found
