"""The embedded broker: Kombu's transport made of files, with messages that are whole or not there.

Kombu writes a message under the name by which workers find it, so that a worker may read it empty, and one message that
cannot be read ends the worker that takes it. Here a message is written under another name and renamed, and what cannot
be read goes to a folder of its own, where it harms nobody.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem

logger = logging.getLogger(__name__)

#: So many unreadable messages are kept to look at; older ones go.
KEPT = 100


def register() -> None:
    """Let ``filesystem://`` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"


def write_whole(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``: readers see all of it or what was there before."""
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


class Channel(filesystem.Channel):
    """Reads and writes messages and tables of exchanges, each a file."""

    @property
    def unreadable_folder(self) -> Path:
        """Where messages go that nobody can read; beside those that are being read."""
        return Path(self.processed_folder).parent / "unreadable"

    def _put(self, queue: str, payload: dict[str, Any], **_kwargs: object) -> None:
        name = f"{round(time.monotonic() * 1000):015d}_{uuid.uuid4()}.{queue}.msg"
        write_whole(Path(self.data_folder_out) / name, json.dumps(payload).encode())

    def _get(self, queue: str) -> dict[str, Any]:
        """The oldest message of ``queue`` that can be read. Raises queue.Empty where there is none."""
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = Path(self.processed_folder) / name
            try:
                os.rename(Path(self.data_folder_in) / name, taken)
            except OSError:  # another worker was first
                continue
            payload = self._read(taken)
            if payload is None:
                self._set_aside(taken)
                continue
            taken.unlink(missing_ok=True)
            return payload
        raise Empty

    def _read(self, path: Path) -> dict[str, Any] | None:
        """The message in a file; None where it is none that a worker can take."""
        try:
            payload: dict[str, Any] = json.loads(path.read_bytes())
            self.Message(payload, channel=self)  # what Kombu does next: it must not fail there
            payload["properties"]["delivery_info"]["exchange"]
            payload["properties"]["delivery_tag"]
        except (OSError, ValueError, TypeError, KeyError, AttributeError, LookupError, RecursionError):
            return None
        return payload

    def _set_aside(self, path: Path) -> None:
        logger.warning("A message could not be read and is set aside: %s", path.name)
        with contextlib.suppress(OSError):
            self.unreadable_folder.mkdir(exist_ok=True, mode=0o700)
            os.replace(path, self.unreadable_folder / path.name)
            for old in sorted(self.unreadable_folder.iterdir())[:-KEPT]:
                old.unlink()

    def get_table(self, exchange: str) -> list[filesystem.exchange_queue_t]:
        """The queues that are bound to an exchange; made anew where the file cannot be read."""
        file = self._exchange_file(exchange)
        try:
            return [filesystem.exchange_queue_t(*row) for row in json.loads(file.read_bytes())]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError):
            logger.warning("The table of the exchange %r could not be read; it is made anew", exchange)
            rows = [
                filesystem.exchange_queue_t(*self.typeof(exchange).prepare_bind(queue, exchange, routing_key, {}))
                for queue, bound_to, routing_key in self.state.bindings
                if bound_to == exchange
            ]
            write_whole(file, json.dumps(rows).encode())
            return rows

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._tables():
            rows = self.get_table(exchange)
            if row not in rows:
                write_whole(self._exchange_file(exchange), json.dumps([row, *rows]).encode())

    def _delete(
        self, queue: str, exchange: str, routing_key: str, pattern: str, *_args: object, **_kwargs: object
    ) -> None:
        self._purge(queue)
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._tables():
            rows = self.get_table(exchange)
            if row in rows:
                write_whole(self._exchange_file(exchange), json.dumps([r for r in rows if r != row]).encode())

    @contextlib.contextmanager
    def _tables(self) -> Iterator[None]:
        """One process at a time changes the tables."""
        self.control_folder.mkdir(exist_ok=True, mode=0o700)
        with (self.control_folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """Kombu's transport of files with the channel above."""

    Channel = Channel
