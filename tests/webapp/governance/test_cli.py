"""./viva audit verify and its exit codes."""

from __future__ import annotations

import json

import flask_migrate
import pytest
import sqlalchemy as sa

from webapp import create_app
from webapp.core.database import db, now
from webapp.governance import chain, cli
from webapp.governance.models import AuditEntry


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("VIVA_HOME", str(tmp_path / "home"))
    app = create_app()
    with app.app_context():
        flask_migrate.upgrade()
        chain.append_alone(
            db.engine,
            [chain.Event("changed", now(), subject_id=str(n)) for n in range(5)],
            b"key",
            tmp_path / "home" / "audit_head",
        )
        yield tmp_path / "home"
        db.session.remove()
        db.engine.dispose()


def test_a_whole_log(home, capsys):
    assert cli.main(["audit", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"rows": 5, "broken": 0, "first_broken": None}


def test_a_broken_log(home, capsys):
    db.session.execute(sa.update(AuditEntry).where(AuditEntry.number == 3).values(action="nothing"))
    db.session.commit()
    assert cli.main(["audit", "verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"rows": 5, "broken": 1, "first_broken": 3}
    assert cli.main(["audit", "verify"]) == 1
    assert "the first is number 3" in capsys.readouterr().out


def test_a_folder_without_a_database(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("VIVA_HOME", str(tmp_path / "nothing"))
    assert cli.main(["audit", "verify", "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("viva: There is no database") and not (tmp_path / "nothing").exists()
