"""A worker that lives and does nothing is found and started again; so is the clock."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from launcher.paths import environment
from launcher.supervisor import Child, Process, Supervisor, start_program
from webapp.core import liveness


def children_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except OSError:
            continue
    return found


def test_only_work_is_a_sign_of_life(app):
    assert liveness.ages(app.config["HOME"]) == {
        "clock": None,
        "quick": None,
        "analysis": None,
        "transcripts": None,
        "upkeep": None,
        "outbox": None,
    }
    liveness.note_task("quick")
    assert liveness.ages(app.config["HOME"])["quick"] < 5
    liveness.note_task("../secret_key")
    assert liveness.ages(app.config["HOME"])["analysis"] is None


def python(**how: object) -> Callable[..., Process]:
    """How a supervisor begins a process of this Python."""
    return lambda arguments, leave: start_program([sys.executable, *arguments], **how)


class TestSupervision:
    def test_what_does_nothing_is_started_again(self, tmp_path, capfd):
        code = "import time; open('starts', 'a').write('x'); time.sleep(600)"
        child = Child("child", ["-c", code], sign=tmp_path / "sign", stale_after=0.5, start_limit=1.0)
        supervisor = Supervisor([child], python(cwd=tmp_path), logs=tmp_path / "logs")
        deadline = time.monotonic() + 20

        def tick() -> None:
            starts = tmp_path / "starts"
            if (starts.is_file() and len(starts.read_text()) >= 2) or time.monotonic() > deadline:
                supervisor.ask_to_stop()

        supervisor.run(tick)
        assert (tmp_path / "starts").read_text() == "xx"
        assert "has done nothing for" in capfd.readouterr().err

    def test_what_works_is_left_alone(self, tmp_path):
        code = "import os, time\nwhile True:\n    open('sign', 'w').write('x'); time.sleep(0.1)"
        child = Child("child", ["-c", code], sign=tmp_path / "sign", stale_after=0.6, start_limit=0.6)
        supervisor = Supervisor([child], python(cwd=tmp_path), logs=tmp_path / "logs")
        end = time.monotonic() + 4
        supervisor.run(lambda: supervisor.ask_to_stop() if time.monotonic() > end else None)
        assert child.failures == 0


@pytest.mark.timeout(240)
@pytest.mark.full
@pytest.mark.parametrize("victim", ["an idle child of the worker", "the clock"])
def test_real_processes_come_back(tmp_path, victim):
    """Kill −9 of what used to go unseen; the queue's sign of life comes back by itself."""
    home = tmp_path / "home"
    (home / "health").mkdir(parents=True)
    celery = ["-P", "-m", "celery", "-A", "celery_worker"]
    worker = [*celery, "worker", "--pool", "prefork", "--concurrency", "2", "-Q", "quick", "-n", "quick@test"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    limits = {"stale_after": 15.0, "start_limit": 25.0}
    clock = Child("clock", [*celery, "beat", "--pidfile="], sign=home / "health" / "clock", **limits)
    quick = Child("quick", worker, sign=home / "health" / "quick", **limits)
    supervisor = Supervisor([clock, quick], python(env=environment(VIVA_HOME=str(home))), logs=tmp_path / "logs")
    began, killed, back = time.monotonic(), [], []

    def tick() -> None:
        moment, age = time.monotonic(), liveness.ages(home)["quick"]
        if not killed and age is not None and age < 5 and quick.process and children_of(quick.process.pid):
            pid = clock.process.pid if victim == "the clock" else max(children_of(quick.process.pid))
            os.kill(pid, signal.SIGSTOP if victim == "the clock" else signal.SIGKILL)
            killed.append(moment)
        elif killed and moment > killed[0] + 20 and age is not None and age < 8:
            back.append(moment)
        if back or moment > began + 150:
            supervisor.ask_to_stop()

    supervisor.run(tick)
    assert killed, "the worker never began"
    assert back, "the quick queue stays dead"
