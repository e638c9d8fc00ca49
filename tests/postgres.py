"""A PostgreSQL of this machine's own, for tests that ask whether both databases answer alike."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _binaries() -> Path:
    """Where Debian keeps the server's programs, or the PATH; skips where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    program = shutil.which("initdb") or (str(found[-1]) if found else None)
    if program is None:
        pytest.skip("no PostgreSQL (apt-get install postgresql)")
    return Path(program).resolve().parent


@contextmanager
def running() -> Iterator[str]:
    """A fresh server on a free port of 127.0.0.1; gives the address of its database.

    Its folder is no folder of pytest's: each pytest that starts on the machine closes those to other accounts, and the
    server refuses to run as root.
    """
    with tempfile.TemporaryDirectory(prefix="viva-postgres-") as folder:
        yield from _serving(Path(folder))


def _serving(folder: Path) -> Iterator[str]:
    programs = _binaries()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    who: list[str] = []
    if os.geteuid() == 0:
        who = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    make = [*who, programs / "initdb", "-D", data, "-U", "viva", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    subprocess.run(make, check=True, capture_output=True, cwd="/")
    serve = [*who, programs / "postgres", "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1"]
    quick = ["-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "full_page_writes=off"]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([*serve, *quick], stdout=said, stderr=said, cwd="/")
    try:
        deadline = time.monotonic() + 30
        while b"ready to accept connections" not in (folder / "said").read_bytes():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL does not start: {(folder / 'said').read_text()[-500:]}")
            time.sleep(0.1)
        yield f"postgresql+psycopg://viva@127.0.0.1:{port}/postgres"
    finally:
        process.send_signal(signal.SIGINT)  # at once, whoever is still connected
        process.wait(20)
