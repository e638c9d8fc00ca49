"""What an interview costs in seconds of a processor, bytes and time: by its length, how many there are, and workers.

Interviews of one recorded answer go through the real server, workers, PostgreSQL and Redis; all three modalities read
it. Three times the same crowd is submitted at once, to one, two and three workers of analyses and transcripts.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from bench import candidate_killer, chaos_servers, invited, serving
from bench.candidate_client import Candidate, Ledger
from bench.measuring import ROOT, BenchFailed
from ml.media import synthetic

#: Seconds of the answers of single interviews, and of those of a crowd; how many are in each crowd.
LENGTHS, CROWD_LENGTH, CROWDS = (20, 40, 80), 20, (3, 8)
#: How many listen to which queues beside `QUICK`, by the number of workers.
WORKERS = {
    1: ["analysis,transcripts=1"],
    2: ["analysis=1", "transcripts=1"],
    3: ["analysis=2", "transcripts=1"],
}
QUICK = ["upkeep=1", "quick=1", "outbox=1"]
#: What stands in a process's command line → whose time it is.
ROLES = {
    "webapp.core.server": "server", "analysis@": "analyses", "transcripts@": "analyses", "quick@": "verification",
    "upkeep@": "upkeep", "outbox@": "outbox", "beat": "clock",
}  # fmt: skip
#: Seconds until a crowd is done; for which nothing is asked, to see what waiting alone costs.
PATIENCE, IDLE = 240.0, 10.0
TICKS = float(os.sysconf("SC_CLK_TCK"))
TASKS = (
    "select interview_id, modality, extract(epoch from created_at), extract(epoch from started_at),"
    " extract(epoch from finished_at) from analyses where interview_id = any(:ids) and state = 'done'"
)


@dataclass
class Task:
    """One analysis: when it was queued, begun and done, in seconds of one clock."""

    interview: str
    modality: str
    queued: float
    begun: float
    done: float


@dataclass
class Crowd:
    """Interviews that were submitted at once: what they took until the last was done (s, bytes), less what processes
    take while nobody asks for anything."""

    workers: int
    length: float
    interviews: int
    tasks: list[Task]
    cpu: dict[str, float]
    stored: int
    rows: int

    @property
    def seconds(self) -> float:
        """From the first that was queued to the last that was done."""
        return max(task.done for task in self.tasks) - min(task.queued for task in self.tasks)

    @property
    def mean(self) -> float:
        """Seconds from when an interview was queued until its last analysis was done, on average."""
        ends: dict[str, list[Task]] = defaultdict(list)
        for task in self.tasks:
            ends[task.interview].append(task)
        return float(np.mean([max(t.done for t in each) - min(t.queued for t in each) for each in ends.values()]))

    def summary(self) -> dict[str, Any]:
        """What is told of it."""
        return {
            "workers": self.workers,
            "interviews": self.interviews,
            "length": self.length,
            "seconds": round(self.seconds, 1),
            "mean_seconds": round(self.mean, 1),
            "cpu_seconds_each": round(sum(self.cpu.values()) / self.interviews, 2),
            "stored_bytes_each": self.stored // self.interviews,
        }


class Answering(Candidate):
    """A candidate who agrees to everything and records one answer; they submit it when they are told to."""

    def record(self, link: str, question: str, data: bytes) -> str:
        """From the link to the verified recording; the page of the interview."""
        self.ask("GET", link)
        welcome = self.post(link)
        self.ask("GET", welcome)
        self.post(f"{welcome}/consent", recording="yes", text="yes", voice="yes", face="yes")
        self._wait(self._record(welcome.rsplit("/", 1)[1], 1, question, data))
        return welcome

    def submit(self, welcome: str) -> None:
        """Raises BenchFailed where it does not arrive."""
        self.ask("GET", f"{welcome}/review")
        if not self.post(f"{welcome}/submit").endswith("/arrived"):
            raise BenchFailed("An interview was not submitted.")


@dataclass
class Place:
    """Where it is measured."""

    home: Path
    database: chaos_servers.PostgreSQL
    redis: Any
    links: Iterator[str]
    question: str
    clips: dict[int, bytes]
    engine: sa.Engine
    port: int = 0
    #: Role → cores that it takes while nothing is asked.
    idle: dict[str, float] = field(default_factory=dict)

    def cpu(self) -> dict[str, float]:
        """Seconds of a processor so far, by role; those of processes that have ended count with their parent's."""
        found: dict[str, float] = defaultdict(float)
        for pid, line in candidate_killer.processes(self.home):
            found[next((role for mark, role in ROLES.items() if mark in line), "other")] += _time_of(pid)
        main = self.database.process.pid if self.database.process else 0
        mine = [main, *(pid for pid, parent in candidate_killer.parents() if parent == main)]
        found["database"] = sum(_time_of(pid) for pid in mine)
        said = self.redis.info("cpu")
        found["broker"] = float(said["used_cpu_sys"]) + float(said["used_cpu_user"])
        return dict(found)

    def rest(self) -> None:
        """See what all processes take while nothing is asked."""
        before = self.cpu()
        time.sleep(IDLE)
        self.idle = {role: (value - before.get(role, 0.0)) / IDLE for role, value in self.cpu().items()}

    def crowd(self, workers: int, interviews: int, length: int) -> Crowd:
        """Have them answer, submit all at once, and wait until all is done. Raises BenchFailed."""
        began, before, stored, rows = time.monotonic(), self.cpu(), _bytes(self.home / "recordings"), self._rows()
        people = [
            Answering(self.port, Ledger(), np.random.default_rng(number), chance=0.0) for number in range(interviews)
        ]
        pages = [each.record(next(self.links), self.question, self.clips[length]) for each in people]
        for person, page in zip(people, pages, strict=True):
            person.submit(page)
        ids = [page.rsplit("/", 1)[1] for page in pages]
        tasks = self._wait(ids)
        after, took = self.cpu(), time.monotonic() - began
        cpu = {
            role: max(0.0, value - before.get(role, 0.0) - took * self.idle.get(role, 0.0))
            for role, value in after.items()
        }
        return Crowd(
            workers, length, interviews, tasks, cpu, _bytes(self.home / "recordings") - stored, self._rows() - rows
        )

    def _wait(self, ids: Sequence[str]) -> list[Task]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with self.engine.connect() as connection:
                found = connection.execute(sa.text(TASKS), {"ids": list(ids)}).all()
                reports = connection.execute(
                    sa.text("select count(*) from reports where interview_id = any(:ids)"), {"ids": list(ids)}
                ).scalar_one()
            if len(found) == 3 * len(ids) and reports == len(ids):
                return [Task(str(row[0]), str(row[1]), *(float(each) for each in row[2:])) for row in found]
            time.sleep(0.5)
        with self.engine.connect() as connection:
            left = connection.execute(
                sa.text("select modality, state, reason_code from analyses where interview_id = any(:ids)"),
                {"ids": list(ids)},
            ).all()
        raise BenchFailed(f"{len(ids)} interviews were not done after {PATIENCE:.0f} s: {left[:9]}, {reports} reports.")

    def _rows(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(sa.text("select pg_database_size(current_database())")).scalar_one())


def run() -> tuple[list[Crowd], float]:
    """Every crowd that was measured; the cores that three workers and all others take while nothing is asked.

    Raises BenchFailed.
    """
    crowds: list[Crowd] = []
    with _place() as place:
        for workers, queues in WORKERS.items():
            with _viva(place, [*QUICK, *queues]):
                serving.say(f"{workers} workers load their models")
                place.crowd(workers, workers, LENGTHS[0])
                place.rest()
                for length in LENGTHS if workers == 1 else ():
                    serving.say(f"An answer of {length} s")
                    crowds.append(place.crowd(1, 1, length))
                for number in CROWDS if workers == 1 else CROWDS[-1:]:
                    serving.say(f"{number} interviews at once, {workers} workers")
                    crowds.append(place.crowd(workers, number, CROWD_LENGTH))
        place.engine.dispose()
    return crowds, sum(place.idle.values())


@contextlib.contextmanager
def _place() -> Iterator[Place]:
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="viva-costs-", ignore_cleanup_errors=True)))
        servers = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="viva-costs-servers-")))
        servers.chmod(0o755)
        database = stack.enter_context(chaos_servers.postgresql(servers / "postgresql"))
        broker = stack.enter_context(chaos_servers.redis(servers / "redis"))
        serving.say("Recording answers")
        words = " ".join([synthetic.ANSWERS["project"]] * 5)
        clips = {
            length: synthetic.talking_face(servers / f"{length}.mp4", words, length, seed=length).read_bytes()
            for length in {*LENGTHS, CROWD_LENGTH}
        }
        stack.enter_context(serving.settings({
            "VIVA_HOME": str(home), "VIVA_DATABASE_URL": database.address, "VIVA_STORAGE": "", "VIVA_STORAGE_KEY": "",
            "VIVA_BROKER_URL": f"redis://127.0.0.1:{broker}/0", "TF_CPP_MIN_LOG_LEVEL": "3",
        }))  # fmt: skip
        count = sum(WORKERS) + len(LENGTHS) + sum(CROWDS) + (len(WORKERS) - 1) * CROWDS[-1]
        links, questions = invited.prepare(home, count, ("video",))
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # migrations configure logging anew
        engine = sa.create_engine(database.address, pool_pre_ping=True)
        redis = importlib.import_module("redis").Redis(port=broker)
        yield Place(home, database, redis, iter(links), questions[0], clips, engine)


@contextlib.contextmanager
def _viva(place: Place, queues: Sequence[str]) -> Iterator[None]:
    place.port = chaos_servers.free_port()
    command = [sys.executable, "-P", "-m", "bench.several_processes", str(place.port), *queues]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with serving.running(command, place.port, place.home / "up.log", env=env):
        yield


def _time_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(each) for each in fields[11:15]) / TICKS  # its own, and its ended children's; in user and in system


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
