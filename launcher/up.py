"""``./viva up``: prepare the data folder, start the server and the workers, say where it is, stop all at the end."""

from __future__ import annotations

import argparse
import contextlib
import errno
import fcntl
import http.client
import json
import math
import os
import socket
import time
from pathlib import Path
from typing import IO, Any

from launcher.bootstrap import ensure_environment, ensure_frontend
from launcher.console import Failure, Step, say
from launcher.database import prepare
from launcher.paths import ROOT, command, data_folder, environment
from launcher.supervisor import Child, Supervisor

#: Seconds until a server that does not answer counts as broken.
START_LIMIT = 90.0


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


def up(options: argparse.Namespace) -> int:
    """Run Viva until Ctrl-C or SIGTERM. Returns the exit status; raises Failure where it cannot start."""
    home = data_folder(options.data)
    address = _address(options.host, options.port)
    with _hold(home, address):
        _check_port(options.host, options.port)
        ensure_environment()
        ensure_frontend()
        live = os.environ.get("VIVA_LIVE_LISTEN") or _live_listen(options.host, options.port)
        os.umask(0o077)  # whatever Viva makes is its owner's alone
        env = environment(VIVA_HOME=str(home), PYTHONUNBUFFERED="1", VIVA_LIVE_LISTEN=live)
        prepare(home, env, demo=not options.no_demo)
        return _serve(options, home, env, address)


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


def _processes(options: argparse.Namespace, home: Path) -> list[Child]:
    bind = f"[{options.host}]:{options.port}" if ":" in options.host else f"{options.host}:{options.port}"
    # One server process: rate limits and caches live in its memory. Slow clients cost it no thread.
    server = ["webapp.core.server", "--listen", bind]
    celery = ["celery", "-A", "celery_worker"]
    worker = [*celery, "worker", "--loglevel", "INFO", "--pool", "prefork"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]

    def watched(name: str, *arguments: str) -> Child:
        # The server first: the others start once it answers, so that people do not wait for them.
        return Child(name, command(*arguments), due=math.inf, sign=home / "health" / name)

    def queue(name: str, processes: int) -> Child:
        return watched(name, *worker, "-Q", name, "-n", f"{name}@viva", "--concurrency", str(processes))

    return [
        Child("server", command(*server)),
        # The clock before those whose signs of life depend on it.
        watched("clock", *celery, "beat", "--loglevel", "INFO", "--pidfile="),
        queue("upkeep", 1),
        queue("quick", 2),
        # A mail server that hangs keeps one of them, and webhooks go on.
        queue("outbox", 2),
        # Long analyses leave one core to everybody else.
        queue("analysis", max(1, _cores() - 1)),
        Child("live", command("webapp.live.service"), due=math.inf),
    ]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _serve(options: argparse.Namespace, home: Path, env: dict[str, str], address: str) -> int:
    supervisor = Supervisor(_processes(options, home), cwd=ROOT, env=env, logs=home / "logs")
    step = Step("Starting the server")
    began, ready, failed = time.monotonic(), False, ""
    server = supervisor.children[0]

    def tick() -> None:
        nonlocal ready, failed
        if ready:
            return
        if _answers(options.host, options.port):
            ready = True
            for child in supervisor.children:
                child.due = 0.0 if child.due == math.inf else child.due
            step.done()
            _tell(home, address, options)
        elif server.failures >= 2 or time.monotonic() - began > START_LIMIT:
            log = supervisor.log_of("server")
            tail = "\n".join(f"    {line}" for line in log.read_text("utf-8", "replace").splitlines()[-8:])
            failed = f"The server does not start. The whole story is in {log}; it ends with:\n{tail}"
            supervisor.ask_to_stop()
        else:
            step.update()

    supervisor.run(tick)
    if failed:
        raise Failure(failed)
    say("\n  Viva has stopped.")
    return 0


def _answers(host: str, port: int) -> bool:
    """Whether /healthz says that all is well."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _demonstration(home: Path) -> dict[str, Any] | None:
    """What was written down of the demonstration; None where that cannot be read."""
    try:
        demo = json.loads((home / "demo.json").read_text("utf-8"))
        return demo if demo["accounts"] and demo["invitation"] else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        say(
            f"  {home / 'demo.json'} cannot be read: the demonstration's passwords are lost. Make an admin of your own:"
        )
        say(f"  ./viva admin create --data {home}")
        return None


def _tell(home: Path, address: str, options: argparse.Namespace) -> None:
    """Print where Viva is and how to get in."""
    address = os.environ.get("VIVA_PUBLIC_URL", "").rstrip("/") or address
    lines = ["", f"  Viva is ready:  {address}", ""]
    demo = None
    if not options.no_demo and (home / "demo.json").is_file():
        demo = _demonstration(home)
    if demo:
        width = max(len(account["email"]) for account in demo["accounts"])
        lines += ["  Demonstration accounts (only in this data folder):"]
        lines += [f"    {a['role']:<10} {a['email']:<{width}}  {a['password']}" for a in demo["accounts"]]
        lines += ["", "  An open invitation, as a candidate gets it:", f"    {address}{demo['invitation']}", ""]
    elif options.no_demo:
        where = "" if home == data_folder(None) else f" --data {home}"
        lines += [f"  Make the first admin with:  ./viva admin create{where}", ""]
    if not os.environ.get("VIVA_SMTP_HOST"):
        lines += ["  Mail: no mail server is configured, so messages are held, with links to copy:"]
        lines += [f"    {address}/messages (as an admin). To send them, set VIVA_SMTP_HOST (docs/operations.md).", ""]
    if (home / "health" / "undeclared-proxy").exists() and not int(os.environ.get("VIVA_PROXIES") or 0):
        lines += [
            "  A proxy in front was noticed that VIVA_PROXIES does not declare: everybody has its address, so that"
        ]
        lines += ["  limits count them as one. Set VIVA_PROXIES to the number of proxies (docs/operations.md).", ""]
    lines += [f"  Data: {home}   Logs: {home / 'logs'}   Stop: Ctrl-C"]
    if options.host not in {"127.0.0.1", "localhost", "::1"} and not address.startswith("https://"):
        lines += ["", "  Browsers give camera and microphone to https:// pages alone, except on this machine itself:"]
        lines += ["  for candidates elsewhere put a proxy with TLS in front (docs/operations.md)."]
    print("\n".join(lines), flush=True)
