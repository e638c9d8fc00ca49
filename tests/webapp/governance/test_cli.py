"""./viva audit verify and its exit codes."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from launcher.commands import main
from webapp.core.database import db, now
from webapp.governance import chain, recorder, self_test
from webapp.governance.models import AuditEntry


@pytest.fixture
def verify(app):
    """Runs the command on a log of five entries; its exit code and what it printed."""
    events = [chain.Event("changed", now(), subject_id=str(number)) for number in range(5)]
    chain.append_alone(db.engine, events, b"key", recorder.head_file())

    def run(*arguments: str) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(args=["audit", "verify", *arguments])
        return result.exit_code, result.stdout

    return run


def test_a_whole_log(verify):
    status, said = verify("--json")
    assert status == 0 and json.loads(said) == {"rows": 5, "broken": 0, "first_broken": None}


def test_a_broken_log(verify):
    db.session.execute(sa.update(AuditEntry).where(AuditEntry.number == 3).values(action="nothing"))
    db.session.commit()
    status, said = verify("--json")
    assert status == 1 and json.loads(said) == {"rows": 5, "broken": 1, "first_broken": 3}
    status, said = verify()
    assert status == 1 and "the first is number 3" in said


def test_a_database_from_before_there_was_a_log(app, verify):
    chain_tables = [table for name, table in db.metadata.tables.items() if name.startswith("audit_")]
    db.metadata.drop_all(db.engine, tables=chain_tables)
    assert verify("--json") == (2, "")


@pytest.mark.parametrize("arguments", [["audit", "verify", "--json"], ["erase", "--email", "a@b.example", "--dry-run"]])
def test_a_folder_without_a_database(tmp_path, capsys, arguments):
    assert main([*arguments, "--data", str(tmp_path / "nothing")]) == 2
    assert "There is no database" in "".join(capsys.readouterr()) and not (tmp_path / "nothing").exists()


def test_the_self_test_fails_where_tampering_goes_unseen(monkeypatch, capsys):
    monkeypatch.setattr(self_test, "EACH", 140)
    monkeypatch.setattr(self_test, "TAMPERING", self_test.TAMPERING | {"nothing": lambda _connection: None})
    assert self_test.main(["--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["tampered"], found["found"], found["broken"]) == (6, 5, 0)
