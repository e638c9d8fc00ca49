"""``python -m bench.several_processes PORT QUEUES=PROCESSES…``: Viva's processes, watched as by ``./viva up``.

Workers listen to the queues that are named, ``analysis,transcripts=1`` as one of them. ``--program`` and ``--server``
are what workers and the server run in place of their own modules.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from launcher import preloaded
from launcher.supervisor import Child, Process, Supervisor, die_with_parent


def main(port: int, queues: Sequence[str], program: str, server: str) -> None:
    """Run until SIGTERM."""
    home = Path(os.environ["VIVA_HOME"])
    (home / "viva.lock").write_text(f"{os.getpid()}\n", "ascii")
    preloaded.load()
    celery = ["celery", "-A", program]
    quiet = ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    children = [
        Child("server", [server, "--listen", f"127.0.0.1:{port}"]),
        Child("clock", [*celery, "beat", "--loglevel", "INFO", "--pidfile="]),
    ]
    for each in queues:
        names, processes = each.split("=")
        name = names.partition(",")[0]
        worker = [*celery, "worker", *quiet, "-Q", names, "-n", f"{name}@viva", "--concurrency", processes]
        children.append(Child(name, worker, sign=home / "health" / name))

    def begin(arguments: Sequence[str], leave: Callable[[], None] = lambda: None) -> Process:
        def leave_all() -> None:
            die_with_parent()
            leave()

        return preloaded.Copy(arguments, leave_all)

    Supervisor(children, begin, logs=home / "logs").run(lambda: None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("queues", nargs="+")
    parser.add_argument("--program", default="celery_worker")
    parser.add_argument("--server", default="webapp.core.server")
    main(**vars(parser.parse_args()))
