"""A hook for ClamAV: a file's bytes go to ``clamd`` by its socket, and it says whether they are known to be bad.

By the daemon's own protocol (INSTREAM): nothing is written to disk, and the scanner needs no access to our files.
Where a scanner is configured (VIVA_CLAMD) and does not answer, a file counts as unknown, never as clean.
"""

from __future__ import annotations

import enum
import socket
import struct

from flask import current_app

#: Bytes of one part, and seconds that the scanner has for its answer.
_PART, PATIENCE = 64 * 1024, 30.0


class Scan(enum.StrEnum):
    """What is known of a file."""

    #: No scanner is configured.
    UNSCANNED = "unscanned"
    CLEAN = "clean"
    #: The scanner did not answer: nobody gets the file until it has.
    QUARANTINED = "quarantined"


class InfectedError(ValueError):
    """The scanner knows this file to be bad."""


def scan(content: bytes) -> Scan:
    """What the scanner says of ``content``. Raises InfectedError."""
    where = current_app.config.get("CLAMD") or ""
    if not where:
        return Scan.UNSCANNED
    try:
        answer = _ask(where, content)
    except OSError as failure:
        current_app.logger.error("The virus scanner at %s does not answer: %s", where, failure)
        return Scan.QUARANTINED
    if answer.endswith("OK"):
        return Scan.CLEAN
    if answer.endswith("FOUND"):
        current_app.logger.warning("The virus scanner refuses a file: %s", answer)
        raise InfectedError(answer)
    current_app.logger.error("The virus scanner cannot say: %s", answer)
    return Scan.QUARANTINED


def _ask(where: str, content: bytes) -> str:
    with _connect(where) as connection:
        connection.sendall(b"zINSTREAM\0")
        for at in range(0, len(content), _PART):
            part = content[at : at + _PART]
            connection.sendall(struct.pack("!I", len(part)) + part)
        connection.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0"):
            block = connection.recv(4096)
            if not block:
                break
            answer += block
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _connect(where: str) -> socket.socket:
    """A path is a socket of this machine, ``host:port`` one elsewhere."""
    if where.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(PATIENCE)
        connection.connect(where)
        return connection
    host, _, port = where.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)
