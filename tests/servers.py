"""Servers of this machine's own, for tests: Redis, RabbitMQ, S3, Prometheus, and ClamAV's daemon.

PostgreSQL is in tests/postgres.py. Each is a fresh one on a free port of 127.0.0.1, and gone when the test ends.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answering(port: int, seconds: float = 180.0) -> None:
    """Wait until a Viva of ours answers at ``port`` of 127.0.0.1; long, for a machine with much else to do."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    pytest.fail(f"nobody answers at {port}")


def program(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/lib/rabbitmq/bin")
    if found is None:
        pytest.skip(f"no {name} (apt-get install {package})")
    return found


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"The server does not start: {log.read_text('utf-8', 'replace')[-800:]}")
        time.sleep(0.05)


@contextmanager
def redis() -> Iterator[str]:
    """A Redis; gives its address."""
    server, port = program("redis-server", "redis-server"), free_port()
    with tempfile.TemporaryDirectory(prefix="viva-redis-") as folder:
        log = Path(folder) / "said"
        with log.open("wb") as said:
            options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
            process = subprocess.Popen([server, *options], stdout=said, stderr=said)
        try:
            _wait_for(port, process, log, 10)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def rabbitmq(consumer_timeout: float | None = None) -> Iterator[str]:
    """A RabbitMQ; gives its address. ``consumer_timeout``: after how many seconds it takes back what nobody has
    acknowledged, asked every second."""
    server, port, distribution, names = (
        program("rabbitmq-server", "rabbitmq-server"),
        *(free_port() for _ in range(3)),
    )
    inner = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    with tempfile.TemporaryDirectory(prefix="viva-rabbitmq-") as text:
        folder = Path(text)
        (folder / "plugins").write_text("[].")
        timeout = "" if consumer_timeout is None else f",{{consumer_timeout,{round(consumer_timeout * 1000)}}}"
        (folder / "advanced.config").write_text(
            f'[{{rabbit,[{{tcp_listeners,[{{"127.0.0.1",{port}}}]}},{{channel_tick_interval,1000}}{timeout}]}}].'
        )
        env = {
            "PATH": os.environ.get("PATH", os.defpath), "HOME": text, "LC_ALL": "C.UTF-8",
            "RABBITMQ_MNESIA_BASE": f"{text}/data", "RABBITMQ_LOG_BASE": f"{text}/logs", "RABBITMQ_LOGS": "-",
            "RABBITMQ_NODENAME": f"viva{port}@localhost", "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{text}/plugins", "RABBITMQ_PID_FILE": f"{text}/pid",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{text}/advanced.config", "RABBITMQ_CONFIG_FILE": f"{text}/none",
            "RABBITMQ_CONF_ENV_FILE": f"{text}/none", "ERL_EPMD_PORT": str(names), "ERL_EPMD_ADDRESS": "127.0.0.1",
        }  # fmt: skip
        who: list[str] = []
        if os.geteuid() == 0:
            who = ["setpriv", "--reuid=rabbitmq", "--regid=rabbitmq", "--init-groups"]
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, "rabbitmq", "rabbitmq")
        log = Path(tempfile.gettempdir()) / f"viva-rabbitmq-{port}.log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                [*who, str(inner if inner.exists() else server)],
                stdout=said, stderr=said, env=env, cwd=text, start_new_session=True,
            )  # fmt: skip
        try:
            _wait_for(port, process, log, 50)
            yield f"amqp://guest:guest@127.0.0.1:{port}//"
        finally:
            process.terminate()
            process.wait(30)
            epmd = shutil.which("epmd")
            if epmd:  # Erlang's name server outlives what it served
                subprocess.run([epmd, "-port", str(names), "-kill"], env=env, capture_output=True)
            log.unlink(missing_ok=True)


@contextmanager
def s3() -> Iterator[str]:
    """A server that speaks S3 and keeps all in memory (moto); gives its address. It believes every key."""
    server = pytest.importorskip("moto.server", reason="no moto").ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def prometheus(settings: Path) -> Iterator[str]:
    """A Prometheus with this file of settings, which keeps nothing; gives its address."""
    server, port = program("prometheus", "prometheus"), free_port()
    with tempfile.TemporaryDirectory(prefix="viva-prometheus-") as folder:
        log = Path(folder) / "said"
        options = [
            f"--config.file={settings}",
            f"--storage.tsdb.path={folder}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        with log.open("wb") as said:
            process = subprocess.Popen([server, *options], stdout=said, stderr=said)
        try:
            _wait_for(port, process, log, 30)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


class Clamd:
    """ClamAV's daemon on a socket of its own, which knows what stands in one line and nothing else."""

    def __init__(self, folder: Path, known: bytes, name: str) -> None:
        self._program, self._folder = program("clamd", "clamav-daemon"), folder
        self._process: subprocess.Popen[bytes] | None = None
        self.socket = str(folder / "ctl")
        (folder / "database").mkdir()
        line = f"{hashlib.md5(known, usedforsecurity=False).hexdigest()}:{len(known)}:{name}\n"
        (folder / "database" / "known.hdb").write_text(line, "ascii")
        settings = {
            "LocalSocket": self.socket, "DatabaseDirectory": folder / "database", "TemporaryDirectory": folder,
            "Foreground": "yes", "SelfCheck": 86_400, "MaxThreads": 2,
        }  # fmt: skip
        (folder / "conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()), "ascii")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = self._folder / "said"
        with log.open("ab") as said:
            self._process = subprocess.Popen(
                [self._program, f"--config-file={self._folder / 'conf'}"], stdout=said, stderr=said
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"clamd does not start: {log.read_text('utf-8', 'replace')[-800:]}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(10)
                connection.connect(self.socket)
                connection.sendall(b"zPING\0")
                return connection.recv(16) == b"PONG\0"
        except OSError:
            return False

    def kill(self) -> None:
        """End it as a crash does: its socket stays behind."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)


@contextmanager
def clamd(known: bytes, name: str) -> Iterator[Clamd]:
    """A clamd that runs and finds exactly ``known``, as ``name``."""
    with tempfile.TemporaryDirectory(prefix="viva-clamd-") as folder:
        server = Clamd(Path(folder), known, name)
        try:
            server.start()
            yield server
        finally:
            server.kill()
