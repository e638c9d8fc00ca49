"""``./viva up``: take the data folder and the port, install what is missing, then become what serves."""

from __future__ import annotations

import argparse
import contextlib
import errno
import fcntl
import os
import socket
from pathlib import Path
from typing import IO, NoReturn

from launcher import spoken_languages
from launcher.bootstrap import ensure_environment, ensure_frontend
from launcher.console import Failure
from launcher.paths import PYTHON, ROOT, command, data_folder, environment


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``./viva up``."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s, this machine alone)"
    )
    parser.add_argument("--port", type=_port, default=8000, help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--data", metavar="DIR", help="folder of all data (default: $VIVA_HOME, else .viva beside this file)"
    )
    parser.add_argument(
        "--no-demo", action="store_true", help="start empty, without demonstration people and interviews"
    )


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; choose a number from 1 to 65535")
    return int(text)


def up(options: argparse.Namespace) -> NoReturn:
    """Run Viva until Ctrl-C or SIGTERM. Raises Failure where it cannot start."""
    home = data_folder(options.data)
    address = _address(options.host, options.port)
    with _hold(home, address) as lock:
        _check_port(options.host, options.port)
        ensure_environment()
        if spoken_languages.asked():
            spoken_languages.ensure_spoken_languages()
        ensure_frontend()
        live = os.environ.get("VIVA_LIVE_LISTEN") or _live_listen(options.host, options.port)
        os.umask(0o077)  # whatever Viva makes is its owner's alone
        env = environment(VIVA_HOME=str(home), PYTHONUNBUFFERED="1", VIVA_LIVE_LISTEN=live)
        # In the project's Python, which keeps the lock on the data folder.
        os.set_inheritable(lock.fileno(), True)
        serving = ["--host", options.host, "--port", str(options.port), *(["--no-demo"] if options.no_demo else [])]
        if home != data_folder(None):
            serving.append("--elsewhere")
        os.chdir(ROOT)
        os.execve(
            PYTHON, command("launcher.serving", "--lock", str(lock.fileno()), "--address", address, *serving), env
        )


def _address(host: str, port: int) -> str:
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104
        host = socket.gethostname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _hold(home: Path, address: str) -> IO[str]:
    """Take the data folder for ourselves for as long as the returned file is open.

    Raises Failure where another Viva holds it: the kernel drops the lock when that process ends, however it ends.
    """
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (home / "viva.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise Failure(
            f"The data folder {home} cannot be used ({error.strerror}). Choose another with --data DIR."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        pid, other = [*lock.read().split(), "?", "?"][:2]
        lock.close()
        raise Failure(
            f"Viva already runs on the data folder {home} (process {pid}, {other}).\n"
            f"Open {other}, or stop that one first (Ctrl-C in its terminal, or: kill {pid}), or choose another folder "
            "with --data DIR."
        ) from None
    lock.seek(0)
    lock.truncate()
    lock.write(f"{os.getpid()} {address}\n")
    lock.flush()
    return lock


def _check_port(host: str, port: int) -> None:
    """Raise Failure where we could not listen; better now than after minutes of installing."""
    try:
        family, kind, protocol, _name, where = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            probe.listen(1)
    except socket.gaierror:
        raise Failure(f"This machine does not know the address {host}. Choose another with --host.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = (
                f"Port {port} on {host} is taken by another program. Choose another port, for example --port {port + 1}"
            )
        elif error.errno in {errno.EACCES, errno.EPERM}:
            reason = f"Only root may listen on port {port}. Choose one above 1023, for example --port 8000"
        else:
            reason = (
                f"Viva cannot listen on {host}, port {port} ({error.strerror}). Choose others with --host and --port"
            )
        raise Failure(f"{reason}.") from None


def _live_listen(host: str, port: int) -> str:
    """Where the live service listens: the next port after the server's that is free.

    Raises Failure where none of twenty is.
    """
    for candidate in (*range(port + 1, min(port + 21, 65536)), *range(port - 1, max(port - 21, 1023), -1)):
        with contextlib.suppress(Failure):
            _check_port(host, candidate)
            return f"[{host}]:{candidate}" if ":" in host else f"{host}:{candidate}"
    raise Failure(f"The live rooms need a port of their own, and none near {port} is free. Choose another --port.")
