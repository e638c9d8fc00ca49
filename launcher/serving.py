"""What ``./viva up`` becomes: prepare the database, start the server and the workers, say where it is, stop all at the
end.

Runs in the project's Python. On Linux the processes are copies of this one (launcher/preloaded.py); elsewhere, where
a process that has loaded libraries cannot safely be copied, each starts by itself.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from launcher import preloaded
from launcher.console import Failure, Step, say
from launcher.database import prepare
from launcher.paths import data_folder
from launcher.supervisor import PATIENCE, Child, Process, Supervisor, die_with_parent, start

#: Seconds until a server that does not answer counts as broken.
START_LIMIT = 90.0


def main(arguments: Sequence[str]) -> int:
    """Run Viva until Ctrl-C or SIGTERM; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m launcher.serving")
    parser.add_argument("--lock", type=int, required=True, help="the file that holds the data folder's lock")
    parser.add_argument("--address", required=True, help="what people are told to open")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--no-demo", action="store_true")
    parser.add_argument("--elsewhere", action="store_true", help="other commands have to be told the data folder")
    options = parser.parse_args(arguments)
    home = data_folder(None)
    os.set_inheritable(options.lock, False)
    try:
        begin = _copies(options.lock) if sys.platform == "linux" else start
        prepare(home, begin, demo=not options.no_demo)
        return _serve(options, home, begin)
    except Failure as failure:
        say(f"viva: {failure}")
        return 1
    except KeyboardInterrupt:
        say("\nviva: stopped.")
        return 130


def _copies(lock: int) -> Callable[..., Process]:
    """How to start a process as a copy of this one, which then keeps neither lock nor logs of ours."""
    preloaded.load()

    def begin(arguments: Sequence[str], leave: Callable[[], None] = lambda: None) -> Process:
        def leave_all() -> None:
            die_with_parent()
            os.close(lock)
            leave()

        return preloaded.Copy(arguments, leave_all)

    return begin


def _processes(options: argparse.Namespace, home: Path) -> list[Child]:
    bind = f"[{options.host}]:{options.port}" if ":" in options.host else f"{options.host}:{options.port}"
    # One server process: rate limits and caches live in its memory. Slow clients cost it no thread.
    server = ["webapp.core.server", "--listen", bind]
    celery = ["celery", "-A", "celery_worker"]
    worker = [*celery, "worker", "--loglevel", "INFO", "--pool", "prefork"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]

    def watched(name: str, *arguments: str) -> Child:
        # The server first: the others start once it answers, so that people do not wait for them.
        return Child(name, arguments, due=math.inf, sign=home / "health" / name)

    def queue(names: str, processes: int) -> Child:
        name = names.partition(",")[0]
        return watched(name, *worker, "-Q", names, "-n", f"{name}@viva", "--concurrency", str(processes))

    # Long analyses leave one core to everybody else. Transcripts have a worker of their own, the one that loads the
    # recogniser (0.6 GB), where that leaves a core to faces and voices as well; else one process does both by turns.
    if (cores := _cores()) > 2:
        long_work = [queue("analysis", cores - 2), queue("transcripts", 1)]
    else:
        long_work = [queue("analysis,transcripts", 1)]

    return [
        Child("server", server),
        # The clock before those whose signs of life depend on it.
        watched("clock", *celery, "beat", "--loglevel", "INFO", "--pidfile="),
        queue("upkeep", 1),
        queue("quick", 2),
        # A mail server that hangs keeps one of them, and webhooks go on.
        queue("outbox", 2),
        *long_work,
        Child("live", ["webapp.live.service"], due=math.inf),
    ]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _serve(options: argparse.Namespace, home: Path, begin: Callable[..., Process]) -> int:
    supervisor = Supervisor(_processes(options, home), begin, logs=home / "logs", patience=_patience())
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
            _tell(home, options.address, options)
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


def _patience() -> float:
    """Seconds that processes get to end: more than workers take to finish, or hand back, what they have in hand."""
    try:
        return max(PATIENCE, float(os.environ.get("VIVA_DRAIN_SECONDS") or 0) + 4.0)
    except ValueError:  # the processes themselves say what is wrong with it
        return PATIENCE


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
        where = f" --data {home}" if options.elsewhere else ""
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
