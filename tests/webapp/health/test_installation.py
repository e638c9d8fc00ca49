"""The page for whoever runs an installation: each part is shown to fail, and none takes the page with it."""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from flask_migrate import stamp

from webapp.accounts.models import Role
from webapp.analysis.models import Analysis, AnalysisState
from webapp.core import liveness, queues
from webapp.core.data_folder import LAST_BACKUP, LAST_CHECK
from webapp.core.database import db, now
from webapp.core.settings import ROOT
from webapp.health import backups, checks, installation, looking, readiness, work
from webapp.health.work import Count
from webapp.messages.models import Channel, Message, State
from webapp.policy import Modality

#: Statements that the page may ask the database.
MOST = 15
Disk = namedtuple("Disk", "total used free")


@pytest.fixture
def admin(client, make, sign_in):
    return sign_in(make.user(Role.ADMIN))


@pytest.fixture
def well(app, monkeypatch) -> Path:
    """Everything works: tables, workers, a backup that was read back, and TLS."""
    stamp()
    home = Path(app.config["HOME"])
    for name in (liveness.CLOCK, *queues.QUEUES):
        liveness.note(home, name)
    (home / LAST_BACKUP).write_text((now() - timedelta(hours=2)).isoformat())
    (home / LAST_CHECK).write_text(json.dumps({"at": now().isoformat(), "good": True, "damaged": 0}))
    app.config["PUBLIC_URL"] = "https://viva.test"
    monkeypatch.setattr(checks, "_BEGAN", time.monotonic() - 3600)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Disk(10**12, 0, 10**12))
    return home


def states(app) -> dict[str, str]:
    return {check.name: check.state for check in installation.look(app).checks}


def analysis(make, minutes: float, state: AnalysisState = AnalysisState.QUEUED) -> None:
    interview = make.interview()
    answer = make.answer(interview, interview.question_set.questions[0])
    db.session.add(Analysis(
        interview_id=answer.interview_id, answer_id=answer.id, modality=Modality.TEXT, state=state,
        created_at=now() - timedelta(minutes=minutes),
    ))  # fmt: skip
    db.session.commit()


def test_all_is_well_in_few_statements(client, make, admin, well):
    analysis(make, 2)
    analysis(make, 1, AnalysisState.RUNNING)
    seen: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    page = client.get("/health").text
    assert "All parts work" in page and "Look at it" not in page and "Broken" not in page
    assert all(f"<dt>{name}</dt>" in page for name in ("Viva", "Python", "Database", "Broker", "Storage", "Models"))
    assert "2 minutes" in page  # how long the oldest waits
    assert len([statement for statement in seen if "audit_" not in statement]) <= MOST, seen


def test_tables_of_another_version(app, well):
    assert states(app)["tables"] == "ok"
    for revision, state in (("bfc41ba78b6e", "failed"), ("a_later_one_", "note"), (None, "failed")):
        with db.engine.begin() as connection:
            if revision:
                connection.execute(sa.text("update alembic_version set version_num = :it"), {"it": revision})
            else:
                connection.execute(sa.text("delete from alembic_version"))
        assert installation.tables().state == state


def test_a_broker_that_is_away(app, well):
    pytest.importorskip("redis")
    app.extensions["celery"].conf.update(
        broker_url="redis://:secret@127.0.0.1:1/0", broker_read_url="redis://:secret@127.0.0.1:1/0"
    )
    (found,) = installation.broker(app)
    assert (found.state, "secret" in found.text, bool(found.do)) == ("failed", False, True)


def test_messages_that_nobody_can_read(app, well):
    folder = well / "broker" / "unreadable"
    folder.mkdir(parents=True)
    (folder / "1").write_bytes(b"x")
    found = {check.name: check for check in installation.broker(app)}
    assert (found["broker"].state, found["messages"].state) == ("ok", "note")
    assert "1 message" in found["messages"].text


def test_storage_that_is_away_or_cannot_be_written_to(app, well, monkeypatch):
    assert installation.storage(app).state == "ok"
    monkeypatch.setattr("webapp.health.installation.os.access", lambda _path, _mode: False)
    (well / "recordings").mkdir(exist_ok=True)
    assert "cannot be written" in installation.storage(app).text
    assert "cannot be written" in installation.disk(app).text
    pytest.importorskip("boto3")
    app.config |= {"STORAGE": "s3://nowhere", "S3_ENDPOINT": "http://127.0.0.1:1"}
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    found = installation.look(app).checks[0]
    assert (found.name, found.state) == ("storage", "failed")


@pytest.mark.parametrize(
    ("free", "state"), [(installation.ROOM, "failed"), (installation.PLENTY, "note"), (10**12, "ok")]
)
def test_a_disk_that_fills(app, well, monkeypatch, free, state):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Disk(10**12, 0, free))
    assert states(app)["disk"] == state
    assert "storage" in states(app)
    app.config["STORAGE"] = str(well.parent / "elsewhere" / "not-there-yet")
    assert states(app)["storage"] == state  # a disk of its own


def test_a_backup_that_is_missing_old_or_damaged(app, well):
    note, check = well / LAST_BACKUP, well / LAST_CHECK
    assert backups.check(app).state == "ok"
    assert "2 hours ago" in backups.check(app).text
    for seconds, state in ((backups.OLD + 60, "note"), (backups.TOO_OLD + 60, "failed")):
        note.write_text((now() - timedelta(seconds=seconds)).isoformat())
        assert backups.check(app).state == state
    note.write_text(now().isoformat())
    for found in ({"good": False, "damaged": 0}, {"good": True, "damaged": 1}):
        check.write_text(json.dumps({"at": now().isoformat(), **found}))
        assert (backups.check(app).state, "damaged" in backups.check(app).text) == ("failed", True)
    check.write_text("{")
    assert "None was read back" in backups.check(app).text
    note.unlink()
    assert backups.check(app).state == "note"


def test_workers_are_counted_and_one_that_is_silent_is_broken(app, client, make, admin, well):
    for host in ("a", "b"):
        sign = liveness.worker_sign(well, f"{queues.TRANSCRIPTS}@{host}")
        sign.parent.mkdir(exist_ok=True)
        sign.touch()
    assert "2 workers" in client.get("/health").text
    (liveness.folder(well) / queues.TRANSCRIPTS).unlink()
    analysis(make, 1)
    found = installation.look(app)
    assert found.checks[0].name == queues.TRANSCRIPTS and found.checks[0].state == "stale"
    assert {each.check.name: each.check.state for each in found.work}["Transcripts"] == "failed"
    assert "Nobody takes it up. See “Worker for transcripts”" in client.get("/health").text


@pytest.mark.parametrize(
    ("queue", "count", "is_silent", "state", "said"),
    [
        (queues.ANALYSIS, Count(), True, "ok", ""),
        (queues.ANALYSIS, Count(5, 1, 0, 1800), False, "ok", ""),
        (queues.ANALYSIS, Count(5, 1, 0, 1801), False, "note", "start more workers"),
        (queues.QUICK, Count(5, 0, 0, 121), False, "note", "logs/quick.log"),
        (queues.OUTBOX, Count(1, 0, 0, 3601), False, "note", "page of messages"),
        (queues.OUTBOX, Count(1, 0, 0, 1), True, "failed", "Worker for mail"),
    ],
)
def test_a_queue_says_what_to_do(app, queue, count, is_silent, state, said):
    found, do = work.judged(queue, count, is_silent)
    assert found == state and said in do and bool(do) == bool(said)


def test_the_alerts_and_the_page_mean_the_same_by_late_and_old():
    rules = yaml.safe_load((ROOT / "docs" / "monitoring" / "alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]
    told = dict(re.findall(r'queue="(\w+)"}\) > (\d+)', " ".join(rule["expr"] for rule in rules)))
    assert {queue: int(seconds) for queue, seconds in told.items()} == work.LATE
    assert any(f"min(viva_backup_age_seconds >= 0) > {backups.OLD} " in rule["expr"] for rule in rules)


def test_another_organisations_work_counts_too(app, client, make, admin, well):
    db.session.add(Message(
        organisation_id=make.organisation().id, kind="invitation", channel=Channel.MAIL, state=State.WAITING, cause="1",
        recipient="somebody@example.org", created_at=now() - timedelta(hours=3), expires_at=now() + timedelta(days=1),
    ))  # fmt: skip
    db.session.commit()
    assert "Open the page of messages" in client.get("/health").text


def test_a_look_that_fails_takes_nothing_else_with_it(client, admin, well, monkeypatch):
    def fail(_app):
        raise ZeroDivisionError("a secret")

    for name in installation.LOOKS:
        with monkeypatch.context() as patch:
            patch.setitem(installation.LOOKS, name, fail)
            answer = client.get("/health")
        assert answer.status_code == 200, name
        assert "It could not be looked at" in answer.text and "a secret" not in answer.text, name
        assert answer.text.count("tag-bad") == 1, name


def test_a_look_that_hangs_is_waited_for_so_long_and_begun_once(app, client, admin, well, monkeypatch):
    release, begun = threading.Event(), []

    def hang(_app):
        begun.append(1)
        release.wait(20)
        return [checks.Check("broker", "ok", "Here again.")]

    monkeypatch.setitem(installation.LOOKS, "broker", hang)
    monkeypatch.setattr(looking, "PATIENCE", 0.3)
    for _ in range(2):
        start = time.monotonic()
        page = client.get("/health").text
        assert time.monotonic() - start < 5
        assert "No answer for" in page and "They are up to date" in page
    assert begun == [1]
    release.set()
    while app.extensions["viva_looks"]:
        time.sleep(0.01)
    assert "Here again" not in client.get("/health").text or len(begun) == 2


def test_a_database_that_fails_is_said_by_each_that_asks_it(app, well, monkeypatch):
    def fail():
        raise sa.exc.OperationalError("select", {}, OSError())

    monkeypatch.setattr(readiness, "revision", fail)
    monkeypatch.setattr(work, "counts", fail)
    found = states(app)
    assert (found["tables"], found["work"], found["disk"]) == ("failed", "failed", "ok")


def test_what_is_looked_at_elsewhere_is_in_the_pages_language(client, admin, well):
    admin.language = "de"
    db.session.commit()
    page = client.get("/health").text
    assert "2 Stunden" in page and "It responds" not in page
