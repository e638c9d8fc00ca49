"""``python -m bench.chaos_viva PORT``: Viva's processes as ``./viva up`` watches them, with bench/chaos_program.py."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from launcher import preloaded
from launcher.supervisor import Child, Process, Supervisor, die_with_parent

PROGRAM = "bench.chaos_program"
#: Queue → processes.
QUEUES = {"upkeep": 1, "quick": 2, "outbox": 1, "analysis": 1, "transcripts": 1}


def main(port: int) -> None:
    """Run until SIGTERM."""
    home = Path(os.environ["VIVA_HOME"])
    (home / "viva.lock").write_text(f"{os.getpid()}\n", "ascii")
    preloaded.load()
    celery = ["celery", "-A", PROGRAM]
    quiet = ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    children = [
        Child("server", [PROGRAM, "--listen", f"127.0.0.1:{port}"]),
        Child("clock", [*celery, "beat", "--loglevel", "INFO", "--pidfile="]),
    ]
    for name, processes in QUEUES.items():
        worker = [*celery, "worker", *quiet, "-Q", name, "-n", f"{name}@viva", "--concurrency", str(processes)]
        children.append(Child(name, worker, sign=home / "health" / name))

    def begin(arguments: Sequence[str], leave: Callable[[], None] = lambda: None) -> Process:
        def leave_all() -> None:
            die_with_parent()
            leave()

        return preloaded.Copy(arguments, leave_all)

    Supervisor(children, begin, logs=home / "logs").run(lambda: None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
