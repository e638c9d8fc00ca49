"""A whole update while people answer: an earlier version serves on PostgreSQL, Redis and S3, the database is migrated,
today's processes start, and the old ones are asked to stop. Nothing may be lost, doubled or stuck."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from bench import chaos, chaos_servers, serving
from bench.candidate_client import LATER, Ledger
from ml.media import synthetic
from tests import old_code
from webapp.core.settings import ROOT

pytest.importorskip("psycopg", reason="no driver for PostgreSQL (uv sync --extra cluster)")
pytest.importorskip("boto3", reason="no client of S3 (uv sync --extra cluster)")

#: The last version that had no queue of transcripts; seven migrations and more came after it.
PREVIOUS = "15a73dcc51e474439c9f2e5b812482eb9973b090"
#: Candidates at once, and invitations; every so many candidates one records an answer.
AT_ONCE, INVITED, RECORDS = 4, 300, 5
#: Interviews that are submitted before the update begins and after it ended; seconds for all of it.
BEFORE, AFTER, LIMIT = 8, 8, 175.0


class Person(chaos.Person):
    """A candidate who tells which requests they sent once more, and why."""

    again: Counter[str] = Counter()
    slowest = 0.0

    def once(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        began = time.monotonic()
        try:
            answer = super().once(method, path, body, **headers)
        except (OSError, http.client.HTTPException) as error:
            self.note(type(error).__name__)
            raise
        if answer[0] in LATER or answer[0] >= 500:
            self.note(str(answer[0]))
        with self.ledger.lock:
            Person.slowest = max(Person.slowest, time.monotonic() - began)
        return answer

    def note(self, why: str) -> None:
        with self.ledger.lock:
            Person.again[why] += 1


@contextlib.contextmanager
def version(code: Path, port: int, log: Path) -> Iterator[None]:
    """The processes of the version in ``code``, as ``./viva up`` watches them; SIGTERM when the block ends."""
    command = chaos.command(port)
    if (code / "bench" / "chaos_viva.py").exists():  # what versions until December 2026 call it
        command = [sys.executable, "-P", "-m", "bench.chaos_viva", str(port)]
    with serving.running(command, port, log, env=os.environ | {"PYTHONPATH": str(code)}, code=code):
        yield


def run(code: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=code, env=os.environ | {"PYTHONPATH": str(code)}, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200


class Load:
    """Candidates who come one after the other, some at once, until nobody is needed any more."""

    def __init__(self, port: int, ledger: Ledger, groups: list[Any], clip: bytes) -> None:
        self.port, self.ledger, self.groups, self.clip = port, ledger, groups, clip
        self.outcomes: list[str | None] = []
        self._enough, self._numbers, self._pool = threading.Event(), iter(range(INVITED)), ThreadPoolExecutor(AT_ONCE)
        self._running = [self._pool.submit(self._one_after_the_other) for _ in range(AT_ONCE)]

    def _one_after_the_other(self) -> None:
        while not self._enough.is_set():
            with self.ledger.lock:
                number = next(self._numbers)
            links, questions = self.groups[number % RECORDS == 0]
            person = Person(self.port, self.ledger, np.random.default_rng(number), chance=0.0)
            media = [self.clip] if len(questions) > 1 else []
            self.outcomes.append(person.whole_way(links[number], questions, media))

    def wait_for(self, more: int) -> None:
        """Until so many more interviews are submitted."""
        wanted = len(self.ledger.submitted) + more
        while len(self.ledger.submitted) < wanted:
            broken = [each.exception() for each in self._running if each.done()]
            assert not broken and not any(self.outcomes), (broken, Counter(self.outcomes), self.ledger.errors)
            assert not self.ledger.is_over, f"{len(self.ledger.submitted)} of {wanted} submitted"
            time.sleep(0.2)

    def end(self) -> None:
        """Let those who have begun finish."""
        self._enough.set()
        for each in self._running:
            each.result()
        self._pool.shutdown()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[sa.Engine, int, Path]]:
    """The database, the port of the storage, and the data folder that both versions share."""
    with contextlib.ExitStack() as stack:
        # No folder of pytest's: those are closed to other accounts, and PostgreSQL refuses to run as root.
        servers = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="viva-update-")))
        servers.chmod(0o755)
        database = stack.enter_context(chaos_servers.postgresql(servers / "postgresql"))
        redis = stack.enter_context(chaos_servers.redis(servers / "redis"))
        stack.enter_context(serving.settings({
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1",
        }))  # fmt: skip
        storage = stack.enter_context(chaos_servers.s3(chaos.BUCKET))
        stack.enter_context(serving.settings({
            "VIVA_HOME": str(tmp_path / "home"), "VIVA_DATABASE_URL": database.address,
            "VIVA_STORAGE": f"s3://{chaos.BUCKET}", "VIVA_S3_ENDPOINT": f"http://127.0.0.1:{storage}",
            "VIVA_STORAGE_KEY": "", "VIVA_BROKER_URL": f"redis://127.0.0.1:{redis}/0", "TF_CPP_MIN_LOG_LEVEL": "3",
        }))  # fmt: skip
        engine = sa.create_engine(database.address, pool_pre_ping=True)
        stack.callback(engine.dispose)
        yield engine, storage, tmp_path / "home"


def revision(engine: sa.Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(sa.text("select version_num from alembic_version")).scalar_one())


@pytest.mark.full
def test_an_update_under_load_loses_doubles_and_holds_up_nothing(world, tmp_path: Path):
    engine, storage, home = world
    code = old_code.unpacked(tmp_path, PREVIOUS)
    clip = synthetic.talking_face(tmp_path / "clip.mp4", synthetic.ANSWERS["project"], 2, seed=1).read_bytes()
    kinds = [("text",), ("video", "text")]
    prepare = "import json; from pathlib import Path; from bench import invited"
    prepare += f"; print(json.dumps(invited.prepare_sets(Path({str(home)!r}), {INVITED}, {kinds!r})))"
    groups = json.loads(run(code, "-c", prepare).splitlines()[-1])
    before, figures = revision(engine), {}
    old_port, new_port = chaos_servers.free_port(), chaos_servers.free_port()
    proxy = chaos_servers.Proxy(old_port)
    with contextlib.ExitStack() as new, contextlib.ExitStack() as old:
        new.callback(proxy.close)
        old.enter_context(version(code, old_port, tmp_path / "old.log"))
        began = time.monotonic()
        ledger = Ledger(until=began + LIMIT)

        def took(what: str, since: float) -> float:
            figures[what] = round(time.monotonic() - since, 1)
            return time.monotonic()

        load = Load(proxy.port, ledger, groups, clip)
        new.callback(load.end)  # whatever happens: nobody is left who asks
        load.wait_for(BEFORE)
        at = took("before", began)
        count = len(ledger.submitted)
        run(ROOT, "-m", "flask", "--app", "webapp", "prepare")
        assert revision(engine) != before
        at = took("migrations", at)
        assert is_ready(old_port), "an old server goes on with newer tables"
        new.enter_context(version(ROOT, new_port, tmp_path / "new.log"))
        assert is_ready(new_port)
        at = took("start", at)
        load.wait_for(1)  # both versions' workers have a part in these
        proxy.lead_to(new_port)
        old.close()
        at = took("stop", at)
        figures["submitted meanwhile"] = len(ledger.submitted) - count
        load.wait_for(AFTER)
        load.end()
        failed, stuck = chaos.settle(engine, new_port, began + LIMIT)
        took("after", at)
        found = chaos.compare(engine, storage, ledger)
        took("in all", began)
    figures |= {"again": dict(Person.again), "slowest": round(Person.slowest, 1), "recordings": len(ledger.recordings)}
    print(figures, found)
    assert load.outcomes == [None] * len(load.outcomes)
    assert not ledger.errors, ledger.errors
    assert found == {"submitted": len(load.outcomes), "lost": 0, "doubled": 0}
    assert (failed, sum(stuck.values())) == (0, 0), stuck
    assert ledger.recordings and figures["submitted meanwhile"] > 0
    for log in (home / "logs").glob("*.log"):
        assert "unregistered task" not in log.read_text("utf-8", "replace"), log
