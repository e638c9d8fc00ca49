"""A server of S3 that keeps what it is given on a disk: OpenStack's Swift, with one copy of everything.

It is Debian's, of four processes on free ports of 127.0.0.1, and gone when the test ends. moto, the other server of S3 in
tests, keeps all in memory and believes every key.
"""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import servers

#: With what the servers of S3 in tests are asked; moto takes these too.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test:tester", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1",
}  # fmt: skip
_PARTS = ("account", "container", "object", "proxy")
#: Debian's own settings, which Swift reads wherever its others are.
_SETTINGS = Path("/etc/swift/swift.conf")
_PIPELINE = "catch_errors gatekeeper healthcheck memcache listing_formats s3api tempauth copy slo dlo versioned_writes"
#: Nobody listens there: without memcached each request asks for what it needs.
_FILTERS = {"memcache": "memcache_servers = 127.0.0.1:1", "tempauth": "user_test_tester = testing .admin"}
#: Which disk holds what, for Swift's own Python: one device on this machine has all of it.
_RINGS = """
import sys
from swift.common.ring import RingBuilder
folder, *ports = sys.argv[1:]
for name, port in zip(("account", "container", "object"), ports):
    builder = RingBuilder(6, 1, 0)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1, "ip": "127.0.0.1", "port": int(port), "device": "disk"})
    builder.rebalance()
    builder.get_ring().save(f"{folder}/{name}.ring.gz")
"""


class Swift:
    """The four processes, and the folder that they keep things in."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._processes = folder, dict[str, subprocess.Popen[bytes]]()
        self._programs = {part: servers.program(f"swift-{part}-server", f"swift-{part}") for part in _PARTS}
        if not os.access(_SETTINGS, os.R_OK):
            pytest.skip(f"{_SETTINGS} is not there, or not ours to read")
        self._ports = {part: servers.free_port() for part in _PARTS}
        (folder / "devices" / "disk").mkdir(parents=True)
        for part in _PARTS:
            (folder / f"{part}.conf").write_text(self._conf(part), "ascii")
        ports = [str(port) for part, port in self._ports.items() if part != "proxy"]
        subprocess.run(["/usr/bin/python3", "-c", _RINGS, folder, *ports], check=True, timeout=120)
        self.address = f"http://127.0.0.1:{self._ports['proxy']}"

    def _conf(self, part: str) -> str:
        pipeline = _PIPELINE.split() if part == "proxy" else []
        filters = (f"[filter:{name}]\nuse = egg:swift#{name}\n{_FILTERS.get(name, '')}\n" for name in pipeline)
        more = "account_autocreate = true" if part == "proxy" else ""
        return f"""[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {self._ports[part]}
workers = 0
user = {getpass.getuser()}
swift_dir = {self._folder}
devices = {self._folder}/devices
recon_cache_path = {self._folder}
mount_check = false
fallocate_reserve = 0
# Seconds until a list has what was put; a crowded machine must not make it later.
container_update_timeout = 60
node_timeout = 60
conn_timeout = 10
[pipeline:main]
pipeline = {" ".join([*pipeline, f"{part}-server"])}
[app:{part}-server]
use = egg:swift#{part}
{more}
{"".join(filters)}"""

    def start(self) -> None:
        """Start all, and wait until each listens."""
        for part, program in self._programs.items():
            with (self._folder / f"{part}.said").open("ab") as said:
                command = [program, self._folder / f"{part}.conf", "-v"]
                self._processes[part] = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
        deadline = time.monotonic() + 120
        for part, port in self._ports.items():
            while not _listens(port):
                if time.monotonic() > deadline or any(
                    process.poll() is not None for process in self._processes.values()
                ):
                    said = (self._folder / f"{part}.said").read_text("utf-8", "replace")
                    pytest.fail(f"Swift's {part} server does not start: {said[-800:]}")
                time.sleep(0.05)

    def kill(self, *parts: str) -> None:
        """End these, or all, as a crash does."""
        for part in parts or tuple(self._processes):
            if process := self._processes.pop(part, None):
                process.kill()
                process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running() -> Iterator[Swift]:
    """A Swift that runs, with nothing in it."""
    with tempfile.TemporaryDirectory(prefix="viva-swift-") as folder:
        server = Swift(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.kill()


@contextmanager
def s3(kind: str) -> Iterator[str]:
    """A server of S3, ``moto`` or ``swift``; gives its address."""
    if kind == "moto":
        with servers.s3() as address:
            yield address
    else:
        with running() as server:
            yield server.address
