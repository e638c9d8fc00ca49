"""A whole Viva for a bench: its own data folder and port, started as people start it, and nothing left behind."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.measuring import ROOT, BenchFailed
from launcher.supervisor import die_with_parent

#: Seconds until ``./viva up`` must answer.
START = 240.0


def say(text: str) -> None:
    """Say on standard error what is being done."""
    print(f"bench: {text} …", file=sys.stderr, flush=True)


@contextlib.contextmanager
def viva(folder: Path) -> Iterator[int]:
    """``./viva up`` on a free port, until the block ends. Raises BenchFailed where it does not start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(ROOT / "viva"), "up", "--no-demo", "--port", str(port)]
    env = {key: value for key, value in os.environ.items() if not re.match("VIVA_", key)}
    say("Starting Viva")
    with running([*command, "--data", str(folder / "home")], port, folder / "up.log", env=env):
        yield port


@contextlib.contextmanager
def running(
    command: Sequence[str], port: int, log: Path, *, env: Mapping[str, str], name: str = "Viva", code: Path = ROOT
) -> Iterator[None]:
    """A program in a process group of its own, from when it answers at ``port`` until the block ends; then nothing of
    it is left. ``code``: where it runs. Raises BenchFailed where it does not start."""
    with log.open("wb") as output:
        # Should the bench be killed outright, the program ends too.
        process = subprocess.Popen(
            command, stdout=output, stderr=output, start_new_session=True, cwd=code, env=env,
            preexec_fn=die_with_parent,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + START
        while not answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise BenchFailed(f"{name} did not start: {log.read_text('utf-8', 'replace')[-300:]}")
            time.sleep(0.5)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(port: int) -> bool:
    """Whether a server there says that it is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def settings(values: dict[str, str]) -> Iterator[None]:
    """The environment for this process and those that it starts."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
