"""Servers of a bench's own that can be taken away: PostgreSQL, Redis, S3, and a proxy of ours before the last two."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.measuring import BenchFailed

#: The file in the data folder that says by how many seconds whose clock is off (bench/chaos_program.py).
SKEW = "skew"
#: Seconds until a server answers.
START = 30.0
_REFUSAL = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: 46\r\n\r\n"
    b"<Error><Code>ServiceUnavailable</Code></Error>"
)
_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class PostgreSQL:
    """A server that is stopped and started again."""

    folder: Path
    port: int
    programs: Path
    who: list[str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://viva@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers. Raises BenchFailed."""
        said = self.folder / "said"
        options = ["-D", str(self.folder / "data"), "-p", str(self.port), "-c", "listen_addresses=127.0.0.1"]
        options += ["-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=200"]
        with said.open("wb") as log:
            self.process = subprocess.Popen(
                [*self.who, str(self.programs / "postgres"), *options], stdout=log, stderr=log, cwd="/"
            )
        deadline = time.monotonic() + START
        while b"ready to accept connections" not in said.read_bytes():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise BenchFailed(f"PostgreSQL does not start: {said.read_text('utf-8', 'replace')[-300:]}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it whoever is connected: SIGINT in order, SIGQUIT as in a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)


@contextlib.contextmanager
def postgresql(folder: Path) -> Iterator[PostgreSQL]:
    """A fresh one. Its folder must be one that others may enter: it refuses to run as root."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    program = shutil.which("initdb") or (str(found[-1]) if found else None)
    if program is None:
        raise BenchFailed("There is no PostgreSQL (apt-get install postgresql).")
    who: list[str] = []
    folder.mkdir(mode=0o755)
    if os.geteuid() == 0:
        who = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        shutil.chown(folder, "postgres", "postgres")
    server = PostgreSQL(folder, free_port(), Path(program).resolve().parent, who)
    make = ["-D", str(folder / "data"), "-U", "viva", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    subprocess.run([*who, str(server.programs / "initdb"), *make], check=True, capture_output=True, cwd="/")
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[int]:
    """A Redis; its port."""
    program, port = shutil.which("redis-server", path=_PATH), free_port()
    if program is None:
        raise BenchFailed("There is no Redis (apt-get install redis-server).")
    folder.mkdir()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with (folder / "said").open("wb") as log:
        process = subprocess.Popen([program, *options], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise BenchFailed("Redis does not start.")
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def s3(bucket: str) -> Iterator[int]:
    """A server that speaks S3 and keeps all in memory, with one bucket; its port."""
    try:
        server = importlib.import_module("moto.server").ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        boto3 = importlib.import_module("boto3")
    except ImportError as error:
        raise BenchFailed("There is no server of S3 (uv sync --group dev --extra cluster).") from error
    server.start()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    try:
        _host, port = server.get_host_and_port()
        boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}").create_bucket(Bucket=bucket)
        yield port
    finally:
        server.stop()


class Proxy:
    """Passes connections on to ``target``, a port; or cuts all of them, or answers each with HTTP's 503."""

    def __init__(self, target: int) -> None:
        self._target, self._pairs, self._lock = target, set[socket.socket](), threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._socket.getsockname()[1])
        self.mode = "pass"
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, mode: str) -> None:
        """``pass``, ``cut`` or ``503``; what is connected is cut off."""
        self.mode = mode
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for each in pairs:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def lead_to(self, target: int) -> None:
        """Pass what connects from now on to another port; what is connected stays."""
        self._target = target

    def close(self) -> None:
        """Listen no longer."""
        self.set("cut")
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            if self.mode == "pass":
                threading.Thread(target=self._pass, args=(connection,), daemon=True).start()
            elif self.mode == "503":
                threading.Thread(target=self._refuse, args=(connection,), daemon=True).start()
            else:
                connection.close()

    def _refuse(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            connection.recv(65536)
            connection.sendall(_REFUSAL)

    def _pass(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._target), 5)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        with self._lock:
            self._pairs |= {near, far}
        back = threading.Thread(target=self._copy, args=(far, near), daemon=True)
        back.start()
        self._copy(near, far)
        back.join()
        with self._lock:
            self._pairs -= {near, far}
        near.close()
        far.close()

    @staticmethod
    def _copy(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
