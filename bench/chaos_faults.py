"""Nine kinds of faults, one after the other in each of three threads, until a bench's block ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from bench import candidate_killer
from bench.candidate_client import Ledger
from bench.chaos_servers import SKEW, PostgreSQL, Proxy
from bench.serving import say
from webapp.core import queues

#: What stands in a process's command line, and how often it is chosen.
VICTIMS = {"analysis@": 4, "transcripts@": 4, "quick@": 6, "upkeep@": 4, "outbox@": 2, "beat": 2, "--listen": 1}
KINDS = (
    "kill", "database restart", "broker partition", "storage 503", "full disk", "clock", "doubled message",
    "reordered messages", "poisoned message",
)  # fmt: skip
#: Seconds between two faults of a thread, at least and at most (the supervisor waits up to half a minute before it
#: starts again what dies again and again); how long one lasts that lasts.
SHORT, KILLS, LONG, LASTS = (0.8, 2.0), (2.0, 4.5), (2.0, 5.0), (1.0, 3.0)
#: Seconds that a clock is off at most: more than a lease holds.
OFF = 45.0
#: Which task is about rows of which table.
TASKS = {
    queues.RUN_ANALYSIS: "analyses",
    queues.READ_WORDS: "analyses",
    queues.VERIFY_RECORDING: "recordings",
    queues.BUILD_REPORT: "interviews",
}
QUEUES = {task: queues.ROUTES.get(task, {"queue": queues.QUICK})["queue"] for task in TASKS}
#: What no worker can read, and what none can carry out.
POISON = (
    b"", b"\xff\xfe\x00broken", b'{"body": "WzEs', b"[]", b'{"body": "e30="}', b'{"headers": {"task": "no.such"}}',
)  # fmt: skip


@dataclass
class World:
    """What faults are done to."""

    home: Path
    database: PostgreSQL
    broker: Proxy
    storage: Proxy
    redis: Any
    may_fill: bool


@contextlib.contextmanager
def happening(world: World, ledger: Ledger, seed: int) -> Iterator[None]:
    """Do it until the block ends; whatever was taken away is there again after it."""
    stop = threading.Event()
    faults = Faults(world, stop, ledger)
    plans: tuple[tuple[tuple[float, float], dict[str, Callable[[np.random.Generator], bool]]], ...] = (
        (KILLS, {"kill": faults.kill}),
        (SHORT, {
            "doubled message": faults.double, "reordered messages": faults.reorder, "poisoned message": faults.poison,
        }),
        (LONG, {
            "database restart": faults.restart, "broker partition": faults.partition, "storage 503": faults.refuse,
            "full disk": faults.fill, "clock": faults.skew,
        }),
    )  # fmt: skip

    def run(number: int) -> None:
        pause, kinds = plans[number]
        chance, names = np.random.default_rng(seed + number), list(kinds)
        turn = 0
        while not stop.wait(chance.uniform(*pause)):
            name = names[turn % len(names)]
            turn += 1
            try:
                done = kinds[name](chance)
            except (OSError, sa.exc.SQLAlchemyError, world.redis.error) as error:
                say(f"{name}: {type(error).__name__}")  # two faults at once: the other one was first
                continue
            if done:
                ledger.fault(name)

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(len(plans))]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        stop.set()
        for each in threads:
            each.join(60)
        world.broker.set("pass")
        world.storage.set("pass")
        (world.home / SKEW).unlink(missing_ok=True)


class Faults:
    """Each does one, and says whether it could."""

    def __init__(self, world: World, stop: threading.Event, ledger: Ledger) -> None:
        self._world, self._stop, self._ledger = world, stop, ledger
        self._engine = sa.create_engine(world.database.address, pool_pre_ping=True)

    def _last(self, chance: np.random.Generator) -> None:
        self._stop.wait(chance.uniform(*LASTS))

    def kill(self, chance: np.random.Generator) -> bool:
        """End one process, a worker's child as likely as its main process."""
        names = [name for name, often in VICTIMS.items() for _time in range(often)]
        wanted = str(chance.choice(names))
        found = [pid for pid, line in candidate_killer.processes(self._world.home) if wanted in line]
        if not found:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(chance.choice(found)), signal.SIGKILL)
        return True

    def restart(self, chance: np.random.Generator) -> bool:
        """Stop the database, in order or as in a crash, and start it again."""
        self._world.database.stop(signal.SIGINT if chance.random() < 0.5 else signal.SIGQUIT)
        self._stop.wait(chance.uniform(0.0, 1.0))
        self._world.database.start()
        return True

    def partition(self, chance: np.random.Generator) -> bool:
        """Cut everybody off from the broker."""
        return self._switch(self._world.broker, "cut", chance)

    def refuse(self, chance: np.random.Generator) -> bool:
        """Have storage say that it is busy."""
        return self._switch(self._world.storage, "503", chance)

    def _switch(self, proxy: Proxy, mode: str, chance: np.random.Generator) -> bool:
        proxy.set(mode)
        self._last(chance)
        proxy.set("pass")
        return True

    def fill(self, _chance: np.random.Generator) -> bool:
        """Leave no byte free for a moment."""
        if self._world.may_fill:
            candidate_killer.fill(self._world.home, self._stop)
        return self._world.may_fill

    def skew(self, chance: np.random.Generator) -> bool:
        """Set the clock of one kind of process wrong for a moment."""
        kind = str(chance.choice([*queues.QUEUES, "server"]))
        # Beside the data folder's disk, which may be full, nothing is written here: a file of a few bytes.
        (self._world.home / SKEW).write_text(json.dumps({kind: float(chance.uniform(-OFF, OFF))}), "utf-8")
        self._last(chance)
        (self._world.home / SKEW).unlink(missing_ok=True)
        return True

    def double(self, chance: np.random.Generator) -> bool:
        """Send once more the message about a row that waits, is being worked on, or was done long ago."""
        task = str(chance.choice(list(TASKS)))
        any_rows = sa.select(sa.column("id")).select_from(sa.table(TASKS[task])).order_by(sa.func.random()).limit(3)
        with self._engine.connect() as connection:
            ids = connection.execute(any_rows).scalars().all()
        for row_id in ids:
            self._world.redis.send(task, str(row_id), QUEUES[task])
        return bool(ids)

    def reorder(self, chance: np.random.Generator) -> bool:
        """Put the message that is next behind all others."""
        return bool(self._world.redis.rotate(int(chance.integers(1, 5))))

    def poison(self, chance: np.random.Generator) -> bool:
        """Put something among the messages that is none."""
        queue = str(chance.choice(sorted(QUEUES.values())))
        self._world.redis.push(queue, POISON[int(chance.integers(len(POISON)))])
        return True
