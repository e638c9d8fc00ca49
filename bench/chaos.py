"""A thousand interviews and hundreds of faults of nine kinds on PostgreSQL, Redis and S3, within nine minutes.

Candidates are programs that speak the page's protocol (bench/candidate_client.py); every tenth records an answer, the
others write. Viva's processes are the real ones but for their clock and their analyses (bench/chaos_program.py). What
went wrong is in bench/chaos_faults.py. At the end what was confirmed is compared with what is there.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from bench import candidate_killer, chaos_faults, chaos_servers, invited, serving
from bench.candidate_client import Candidate, Ledger
from bench.measuring import ROOT, BenchFailed, rows
from ml.media import synthetic
from webapp.core import queues

__all__ = ["BenchFailed", "measure", "table"]

#: Candidates at once; seconds that are kept of the time for what is unfinished (a recording whose end nobody told is
#: taken for whole after two minutes), and for the comparison.
AT_ONCE, SETTLED, COMPARED = 24, 150.0, 10.0
#: Every so many candidates one records an answer.
RECORDS = 10
BUCKET = "viva"
#: What processes run instead of their own modules, and how many listen to each queue.
PROGRAM = "bench.chaos_program"
WORKERS = ("upkeep=1", "quick=2", "outbox=1", "analysis=1", "transcripts=1")
#: What is not finished, per table.
UNFINISHED = {
    "recordings": "select count(*) from recordings where state = 'verifying'"
    " or (state = 'receiving' and received = length)",
    "analyses": "select count(*) from analyses where state in ('queued', 'running')",
    "reports": "select count(*) from interviews where state = 'submitted'"
    " and id not in (select interview_id from reports)"
    " and id in (select interview_id from analyses where state = 'done')",
    "messages": "select count(*) from messages where state = 'sending'",
}  # fmt: skip
#: What is there twice.
DOUBLED = (
    "select count(*) - count(distinct invitation_id) from interviews",
    "select count(*) from (select 1 from answers group by interview_id, question_id having count(*) > 1) as x",
    "select count(*) from (select 1 from takes join recordings on take_id = takes.id where recordings.state = 'ready'"
    " group by answer_id having count(*) > 1) as x",
    "select count(*) from (select 1 from interview_events where type = 'submitted' group by interview_id"
    " having count(*) > 1) as x",
    "select count(*) from (select 1 from analyses group by answer_id, modality having count(*) > 1) as x",
    "select count(*) from earlier_readings",
    "select count(*) from (select 1 from messages where kind = 'receipt' group by invitation_id, channel"
    " having count(*) > 1) as x",
)  # fmt: skip


def measure(interviews: int = 1000, seed: int = 20261202, limit: int = 535) -> dict[str, Any]:
    """Counts of one run. ``lost``: confirmed, and not there at the end. ``doubled``: there twice. ``stuck``: neither
    done nor refused at the end. ``failed``: analyses that said so, and were tried again as a person does. ``limit``:
    seconds for the whole run."""
    began = time.monotonic()
    ledger = Ledger(until=began + limit - SETTLED)
    candidate_killer.sweep()
    prefix = f"{candidate_killer.PREFIX}{os.getpid()}-"
    with contextlib.ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True))
        servers = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="viva-chaos-servers-")))
        servers.chmod(0o755)
        full, home = stack.enter_context(candidate_killer.disk(Path(name))), Path(name) / "home"
        stack.enter_context(serving.settings({
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1",
        }))  # fmt: skip
        database = stack.enter_context(chaos_servers.postgresql(servers / "postgresql"))
        redis_port = stack.enter_context(chaos_servers.redis(servers / "redis"))
        broker = chaos_servers.Proxy(redis_port)
        storage = chaos_servers.Proxy(stack.enter_context(chaos_servers.s3(BUCKET)))
        stack.callback(broker.close)
        stack.callback(storage.close)
        stack.enter_context(serving.settings({
            "VIVA_HOME": str(home), "VIVA_DATABASE_URL": database.address, "VIVA_STORAGE": f"s3://{BUCKET}",
            "VIVA_BROKER_URL": f"redis://127.0.0.1:{broker.port}/0", "VIVA_STORAGE_KEY": "",
            "VIVA_S3_ENDPOINT": f"http://127.0.0.1:{storage.port}", "TF_CPP_MIN_LOG_LEVEL": "3",
        }))  # fmt: skip
        serving.say("Preparing")
        clip = synthetic.talking_face(Path(name) / "clip.mp4", synthetic.ANSWERS["project"], 2, seed=1).read_bytes()
        groups = invited.prepare_sets(home, interviews, [("text",), ("video", "text")])
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # migrations configure logging anew
        world = chaos_faults.World(home, database, broker, storage, Redis(redis_port), full)
        engine = sa.create_engine(database.address, pool_pre_ping=True)
        with _viva(home) as port:

            def one(number: int) -> str | None:
                links, questions = groups[1 if number % RECORDS == 0 else 0]
                person = Person(port, ledger, np.random.default_rng(seed * 10_000 + number), chance=0.05)
                media = [clip] if len(questions) > 1 else []
                return person.whole_way(links[number], questions, media)

            serving.say(f"{interviews} candidates, {AT_ONCE} at once")
            with chaos_faults.happening(world, ledger, seed), ThreadPoolExecutor(AT_ONCE) as people:
                outcomes = list(people.map(one, range(interviews)))
            serving.say("Waiting until all is done")
            failed, stuck = settle(engine, port, began + limit - COMPARED)
        found = compare(engine, storage.port, ledger)
        engine.dispose()
    by_kind = {kind: ledger.faults[kind] for kind in chaos_faults.KINDS}
    result: dict[str, Any] = {
        "interviews": found.pop("submitted"),
        "faults": sum(by_kind.values()),
        "faults_by_kind": by_kind,
        **found,
        "stuck": sum(stuck.values()),
        "stuck_by_kind": stuck,
        "failed": failed,
        "asked": interviews,
        "begun": ledger.begun,
        "errors": dict(ledger.errors.most_common(10)),
        "what": dict(Counter(each for each in outcomes if each is not None).most_common(10)),
        "recordings": len(ledger.recordings),
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
    }
    result["complete"] = all(by_kind.values())
    result["missed"] = _missed(result)
    return result


def _missed(result: dict[str, Any]) -> list[str]:
    """The bounds that do not hold, each in words."""
    bounds = {
        "every interview submitted": result["interviews"] == result["asked"],
        "lost 0": result["lost"] == 0,
        "doubled 0": result["doubled"] == 0,
        "stuck 0": result["stuck"] == 0,
        "300 faults for 1000 interviews": result["faults"] >= 0.3 * result["asked"],
    }
    return [name for name, holds in bounds.items() if not holds]


class Person(Candidate):
    """A candidate who agrees to their words being analysed."""

    def post(self, path: str, **values: str) -> str:
        """As the page does it."""
        return super().post(path, **({**values, "text": "yes"} if path.endswith("/consent") else values))


class Redis:
    """The broker's own side, past the proxy."""

    def __init__(self, port: int) -> None:
        redis = importlib.import_module("redis")
        celery = importlib.import_module("celery")
        self.error: type[Exception] = redis.RedisError
        self._client = redis.Redis(port=port)
        self._celery = celery.Celery("chaos", broker=f"redis://127.0.0.1:{port}/0", set_as_current=False)

    def send(self, task: str, row_id: str, queue: str) -> None:
        """A message about a row."""
        self._celery.send_task(task, [row_id], queue=queue, ignore_result=True)

    def rotate(self, times: int) -> int:
        """Turn each queue by so many messages; in how many there were any to turn."""
        turned = 0
        for queue in queues.QUEUES:
            if self._client.llen(queue) > 1:
                for _ in range(times):
                    self._client.rpoplpush(queue, queue)
                turned += 1
        return turned

    def push(self, queue: str, data: bytes) -> None:
        """Anything, as a message."""
        self._client.rpush(queue, data)


def command(port: int) -> list[str]:
    """What starts Viva's processes with a server at ``port``."""
    start = [sys.executable, "-P", "-m", "bench.several_processes", str(port), *WORKERS]
    return [*start, "--program", PROGRAM, "--server", PROGRAM]


@contextlib.contextmanager
def _viva(home: Path) -> Iterator[int]:
    """Its processes, until the block ends; the server's port. Raises BenchFailed where it does not start."""
    port = chaos_servers.free_port()
    with serving.running(command(port), port, home.parent / "up.log", env=os.environ | {"PYTHONPATH": str(ROOT)}):
        yield port


def settle(engine: sa.Engine, port: int, until: float) -> tuple[int, dict[str, int]]:
    """Analyses that failed, each tried again once as a person does; what is left at the end, by kind."""
    tried: set[str] = set()
    while True:
        with engine.connect() as connection:
            left = {name: int(connection.execute(sa.text(query)).scalar_one()) for name, query in UNFINISHED.items()}
            failed = connection.execute(sa.text("select id from analyses where state = 'failed'")).scalars().all()
        if again := set(failed) - tried:
            tried |= again
            _retry(again)
        elif not any(left.values()) or time.monotonic() > until:
            return len(tried), left | {"failed": len(failed)}
        time.sleep(2.0)


def _retry(ids: set[str]) -> None:
    """What the button does beside an analysis that failed."""
    from webapp import create_app
    from webapp.analysis import operations
    from webapp.analysis.models import Analysis
    from webapp.core.database import db

    app = create_app()
    with app.app_context():
        for row_id in ids:
            if (row := db.session.get(Analysis, row_id)) is not None:
                operations.retry(row)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def compare(engine: sa.Engine, storage: int, ledger: Ledger) -> dict[str, int]:
    """What the ledger says against what is there."""
    lost = 0
    client = importlib.import_module("boto3").client("s3", endpoint_url=f"http://127.0.0.1:{storage}")
    with engine.connect() as connection:

        def ask(query: str, **values: str) -> list[Any]:
            return list(connection.execute(sa.text(query), values).all())

        for recording, checksum in ledger.recordings.items():
            found = ask("select state, original_key from recordings where id = :id", id=recording)
            key = found[0][1] if found and found[0][0] == "ready" else None
            data = client.get_object(Bucket=BUCKET, Key=key)["Body"].read() if key else b""
            lost += hashlib.sha256(data).hexdigest() != checksum
        for interview, text in ledger.texts.items():
            found = ask("select text from answers where interview_id = :id and text is not null", id=interview)
            lost += not any((each[0] or "").strip() == text.strip() for each in found)
        submitted = {row[0] for row in ask("select id from interviews where state = 'submitted'")}
        analysed = {row[0] for row in ask("select interview_id from analyses where state = 'done'")}
        reported = {row[0] for row in ask("select interview_id from reports")}
        lost += len(ledger.submitted - submitted) + len(ledger.submitted - (analysed & reported))
        doubled = sum(int(ask(query)[0][0]) for query in DOUBLED)
    return {"submitted": len(submitted), "lost": lost, "doubled": doubled}


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    return rows(("what", "measured"), [(name, str(value)) for name, value in found.items()]) + "\n"
