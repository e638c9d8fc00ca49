"""Debian's coturn on this machine, for tests of what browsers are told about TURN."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SECRET = "north"


@contextmanager
def running(folder: Path) -> Iterator[int]:
    """A coturn with the shared secret SECRET on a free port, which is given; skips where it is not installed."""
    if not (shutil.which("turnserver") and shutil.which("turnutils_uclient")):
        pytest.skip("no coturn (apt-get install coturn)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "listening-ip": "127.0.0.1",
        "relay-ip": "127.0.0.1",
        "listening-port": str(port),
        "static-auth-secret": SECRET,
        "realm": "viva.test",
        "log-file": str(folder / "log"),
        "pidfile": str(folder / "pid"),
        "userdb": str(folder / "db"),
    }
    command = ["turnserver", "-n", "--use-auth-secret", "--no-tls", "--no-dtls", "--no-cli", "--allow-loopback-peers"]
    command += [part for name, value in options.items() for part in (f"--{name}", value)]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([*command, "--simple-log"], cwd=folder, stdout=said, stderr=said)
    try:
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            pytest.fail(f"coturn does not start: {(folder / 'said').read_text()[-500:]}")
        yield port
    finally:
        process.terminate()
        process.wait(10)
