"""A real worker on the embedded broker, killed with SIGKILL in the middle of its work."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import ROOT
from tests.webapp.analysis.samples import answer_all
from webapp import create_app
from webapp.analysis import operations
from webapp.analysis.models import FINISHED, Analysis, AnalysisState
from webapp.core.database import db
from webapp.policy import Modality
from webapp.reports.models import Report


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """As the other tests' application, but its messages reach the workers through files."""
    settings = {"HOME": tmp_path / "home", "TESTING": True, "SECRET_KEY": "test", "RATELIMIT_ENABLED": False}
    app = create_app({**settings, "LEASE_SECONDS": 3, "HEARTBEAT_SECONDS": 1})
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def start_worker(app: Flask) -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts a worker with its own beat in a process group of its own; all are gone when the test is."""
    started: list[subprocess.Popen] = []
    home = app.config["HOME"]

    def start(queues: str = "quick,analysis,transcripts,upkeep", **settings: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "celery", "-A", "tests.webapp.analysis.slow_worker", "worker"]
        command += [
            "--beat",
            f"--queues={queues}",
            "--pool=prefork",
            "--concurrency=1",
            "--loglevel=warning",
        ]
        command += ["--schedule", str(home / f"beat{len(started)}"), "--without-gossip", "--without-mingle"]
        with (home / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={
                    **os.environ,
                    "VIVA_HOME": str(home),
                    "OMP_NUM_THREADS": "1",
                    "VIVA_BROKER_URL": "filesystem://",
                    **settings,
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    """SIGKILL to the worker and all its children at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)


def wait_for(condition: Callable[[], object], seconds: float, log: Path) -> None:
    """Wait until ``condition`` holds; fails with the worker's log."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        db.session.rollback()
        if condition():
            return
        time.sleep(0.1)
    pytest.fail(f"It did not happen within {seconds} s. The worker's log:\n{log.read_text('utf-8')[-3000:]}")


@pytest.mark.timeout(180)
def test_sigkill_in_the_middle_loses_no_job_and_makes_none_twice(app, make, start_worker):
    home = app.config["HOME"]
    log, slow, started = home / "worker.log", home / "slow", home / "started"
    slow.touch()
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    queued = {row.id for row in operations.analyses_of(interview) if row.state is AnalysisState.QUEUED}
    assert len(queued) == 5

    first = start_worker()
    # In the middle: somebody holds the lease and has said how far the work is.
    running = sa.select(Analysis).where(Analysis.state == AnalysisState.RUNNING, Analysis.progress > 0)
    wait_for(lambda: db.session.scalar(running), 60, log)
    victim = db.session.scalar(running).id
    kill(first)
    assert db.session.get(Analysis, victim, populate_existing=True).state is AnalysisState.RUNNING
    assert len(started.read_text().splitlines()) == 1

    slow.unlink()
    start_worker()
    states = sa.select(Analysis.state).where(Analysis.id.in_(queued))
    wait_for(lambda: all(state in FINISHED for state in db.session.scalars(states)), 90, log)
    wait_for(lambda: db.session.scalar(sa.select(Report)), 20, log)

    rows = {row.id: row for row in operations.analyses_of(interview) if row.id in queued}
    assert {row.state for row in rows.values()} == {AnalysisState.DONE}
    # The killed one was tried twice and stored once; each of the others was read exactly once.
    assert rows.pop(victim).attempts == 2
    assert {row.attempts for row in rows.values()} == {1}
    assert len(started.read_text().splitlines()) == 6


@pytest.mark.full
@pytest.mark.timeout(60)
def test_a_worker_that_is_asked_to_stop_hands_back_what_it_cannot_finish(app, make, start_worker):
    """Long before the lease runs out, which the worker holds for ten minutes."""
    home = app.config["HOME"]
    log, slow, started = home / "worker.log", home / "slow", home / "started"
    slow.touch()
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    queued = {row.id for row in operations.analyses_of(interview) if row.state is AnalysisState.QUEUED}
    first = start_worker(TEST_LEASE="600", VIVA_DRAIN_SECONDS="1")
    running = sa.select(Analysis).where(Analysis.state == AnalysisState.RUNNING, Analysis.progress > 0)
    wait_for(lambda: db.session.scalar(running), 40, log)
    handed = db.session.scalar(running).id
    first.send_signal(signal.SIGTERM)  # its main process alone, as a supervisor does
    wait_for(lambda: db.session.get(Analysis, handed, populate_existing=True).state is AnalysisState.QUEUED, 10, log)
    assert db.session.get(Analysis, handed).attempts == 0
    assert first.wait(10) == 0
    slow.unlink()
    start_worker(TEST_LEASE="600")
    states = sa.select(Analysis.state).where(Analysis.id.in_(queued))
    wait_for(lambda: all(state in FINISHED for state in db.session.scalars(states)), 40, log)
    assert {row.attempts for row in operations.analyses_of(interview) if row.id in queued} == {1}
    assert len(started.read_text().splitlines()) == 6


@pytest.mark.full
@pytest.mark.timeout(60)
def test_processes_are_replaced_after_so_many_tasks_and_nothing_is_lost_with_them(app, make, start_worker):
    """What a long run of analyses leaves behind in memory goes with its process."""
    assert app.extensions["celery"].conf.worker_max_tasks_per_child == 200
    home = app.config["HOME"]
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    queued = {row.id for row in operations.analyses_of(interview) if row.state is AnalysisState.QUEUED}
    start_worker(TEST_TASKS="2")
    states = sa.select(Analysis.state).where(Analysis.id.in_(queued))
    wait_for(lambda: all(state in FINISHED for state in db.session.scalars(states)), 50, home / "worker.log")
    rows = [row for row in operations.analyses_of(interview) if row.id in queued]
    assert {(row.state, row.attempts) for row in rows} == {(AnalysisState.DONE, 1)}
    processes = [line.split()[1] for line in (home / "started").read_text().splitlines()]
    assert len(processes) == 5 and len(set(processes)) >= 3


@pytest.mark.full
@pytest.mark.timeout(150)
def test_long_analyses_keep_no_transcript_waiting_where_both_kinds_of_workers_run(app, make, start_worker):
    home = app.config["HOME"]
    (home / "slow").write_text("face speech", "ascii")
    interviews = [answer_all(make, make.interview()) for _ in range(3)]
    for interview in interviews:
        operations.queue_interview(interview)
    db.session.commit()
    start_worker("analysis,quick,upkeep")
    read = (Analysis.modality == Modality.TEXT, Analysis.state != AnalysisState.NOT_DONE)
    started, words = home / "started", sa.select(Analysis.state).where(*read)
    wait_for(started.exists, 40, home / "worker.log")
    time.sleep(1)
    assert set(db.session.scalars(words)) == {AnalysisState.QUEUED}  # this worker does none
    start_worker("transcripts")
    wait_for(lambda: set(db.session.scalars(words)) == {AnalysisState.DONE}, 90, home / "worker.log")
    others = sa.select(Analysis.id).where(Analysis.modality != Modality.TEXT, Analysis.state == AnalysisState.DONE)
    assert not db.session.scalars(others).all()
    assert (home / "slow").exists()
