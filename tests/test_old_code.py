"""Old code on a new schema: while Viva is updated, web servers and workers of the last release still run.

So migrations first only add (expand), and take away what nobody uses any more in a later release (contract). The last
release is noted in ``migrations/released.toml``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask

from webapp import create_app
from webapp.core.database import db
from webapp.core.settings import ROOT

#: Rows that no code deletes: people and organisations are switched off, so it does no harm that more points at them.
KEPT = {"users", "organisations"}
#: What only looks as if it were in the way, and why it is not.
HARMLESS = {
    "follow_ups.question_id keeps old code from deleting rows of questions",  # nor is one deleted that was answered
}
RELEASED = tomllib.loads((ROOT / "migrations" / "released.toml").read_text("utf-8"))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Flask]:
    """An application whose database has a table to change, and one to point at."""
    app = create_app({"HOME": tmp_path / "home", "TESTING": True, "SECRET_KEY": "test", "BROKER_URL": "memory://"})
    with app.app_context():
        with db.engine.begin() as connection:
            for statement in (
                "CREATE TABLE interviews (id VARCHAR(32) PRIMARY KEY)",
                "CREATE TABLE turns (share VARCHAR(32) PRIMARY KEY, taken_at DATETIME)",
            ):
                connection.exec_driver_sql(statement)
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application whose database has the last release's schema."""
    app = create_app({"HOME": tmp_path / "home", "TESTING": True, "SECRET_KEY": "test", "BROKER_URL": "memory://"})
    with app.app_context():
        flask_migrate.upgrade(revision=RELEASED["revision"])
        yield app
        db.session.remove()
        db.engine.dispose()


def schema() -> dict[str, dict[str, Any]]:
    """Every table: its columns, what must be unique or hold, and what it points at."""
    with db.engine.connect() as connection:
        asked = sa.inspect(connection)
        return {
            table: {
                "columns": {column["name"]: column for column in asked.get_columns(table)},
                "unique": {
                    *(tuple(sorted(each["column_names"])) for each in asked.get_unique_constraints(table)),
                    *(tuple(each["column_names"]) for each in asked.get_indexes(table) if each["unique"]),
                },
                "checks": {each["sqltext"] for each in asked.get_check_constraints(table)},
                "points": {
                    (tuple(each["constrained_columns"]), each["referred_table"], each["options"].get("ondelete", ""))
                    for each in asked.get_foreign_keys(table)
                },
            }
            for table in asked.get_table_names()
            if table != "alembic_version"
        }


def in_the_way(old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> list[str]:
    """What code that knows only ``old`` would stumble over in ``new``."""
    found = [f"{table} is gone" for table in old if table not in new]
    for table in old.keys() & new.keys():
        before, after = old[table], new[table]
        for name, column in before["columns"].items():
            if name not in after["columns"]:
                found.append(f"{table}.{name} is gone")
            elif (now := after["columns"][name])["nullable"] != column["nullable"]:
                found.append(f"{table}.{name}: whether it may be empty has changed")
            elif str(now["type"]) != str(column["type"]):
                found.append(f"{table}.{name} was {column['type']} and is {now['type']}")
        for name in after["columns"].keys() - before["columns"].keys():
            column = after["columns"][name]
            if not column["nullable"] and column["default"] is None:
                found.append(f"{table}.{name} must be given, and old code does not give it")
        for kind in ("unique", "checks"):
            found += [f"{table}: {each} was not asked before" for each in after[kind] - before[kind]]
    for table, after in new.items():
        known = old.get(table, {"points": set()})["points"]
        for columns, other, on_delete in after["points"] - known:
            if other in old.keys() - KEPT and on_delete.upper() not in ("CASCADE", "SET NULL"):
                found.append(f"{table}.{columns[0]} keeps old code from deleting rows of {other}")
    return sorted(set(found) - HARMLESS)


def test_migrations_since_the_last_release_only_add(app):
    old = schema()
    flask_migrate.upgrade()
    assert in_the_way(old, schema()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda op: op.drop_column("turns", "taken_at"), "turns.taken_at is gone"),
        (lambda op: op.drop_table("turns"), "turns is gone"),
        (lambda op: op.add_column("turns", sa.Column("more", sa.Integer)), None),
        (lambda op: op.add_column("turns", sa.Column("more", sa.Integer, nullable=False, server_default="0")), None),
        (lambda op: op.add_column("turns", sa.Column("more", sa.Integer, nullable=False)), "must be given"),
        (lambda op: op.create_index("once", "turns", ["share"], unique=True), "was not asked before"),
        (lambda op: op.alter_column("turns", "taken_at", new_column_name="at"), "turns.taken_at is gone"),
        (
            lambda op: op.create_table(
                "more", sa.Column("of", sa.String(32), sa.ForeignKey("interviews.id"), primary_key=True)
            ),
            "more.of keeps old code from deleting rows of interviews",
        ),
    ],
)  # fmt: skip
def test_what_is_in_the_way_of_old_code_is_seen(empty, change, said):
    before = schema()
    with db.engine.begin() as connection:
        change(Operations(MigrationContext.configure(connection)))
    found = in_the_way(before, schema())
    assert found == [] if said is None else said in found[0]


#: Old tests that are run with old code on the new schema, each file in its feature: they ask most tables.
OLD_TESTS = (
    "analysis/test_operations.py", "interviews/test_links.py", "recordings/test_tus.py", "candidate/test_answering.py",
    "positions", "accounts/test_sessions.py", "governance/test_withdrawal.py",
)  # fmt: skip


@pytest.fixture(scope="module")
def old(tmp_path_factory) -> Path:
    """The last release's code in a folder, and beside it a database that today's migrations made."""
    commit, folder = RELEASED["commit"], tmp_path_factory.mktemp("old")
    git = ["git", "-C", str(ROOT)]
    if shutil.which("git") is None or subprocess.run([*git, "cat-file", "-e", f"{commit}^{{commit}}"]).returncode:
        pytest.skip(f"the history that holds {commit[:7]} is not here: old code was not run on the new schema")
    old = folder / "code"
    old.mkdir()
    with subprocess.Popen([*git, "archive", commit], stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "-x", "-C", str(old)], stdin=archive.stdout, check=True)
    (old / "webapp" / "static" / "dist").symlink_to(ROOT / "webapp" / "static" / "dist")
    (old / "on_new_schema.py").write_text(PLUGIN)
    app = create_app({"HOME": folder / "home", "TESTING": True, "SECRET_KEY": "test", "BROKER_URL": "memory://"})
    with app.app_context():
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(folder / "new.db"),))
        db.engine.dispose()
    return old


@pytest.mark.full
@pytest.mark.parametrize("tests", OLD_TESTS)
def test_old_code_works_on_the_new_schema(old, tmp_path, tests):
    """The last release's code, run by its own tests on a database that today's migrations made."""
    command = [sys.executable, "-m", "pytest", f"tests/webapp/{tests}", "-q", "-n0", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-p", "on_new_schema", "-m", "not full", "-k", "not migration", f"--basetemp={tmp_path}/of"],
        cwd=old, env=os.environ | {"NEW_SCHEMA": str(old.parent / "new.db"), "PYTHONPATH": str(old)},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "on the new schema: " in done.stdout


#: Makes the old tests, which copy an empty database for each test, copy ours.
PLUGIN = """
import os, sqlite3, sys
from pathlib import Path

def pytest_collection_finish(session):
    path = Path(os.environ["NEW_SCHEMA"])
    conftest = sys.modules["tests.webapp.conftest"]
    assert Path(conftest.__file__).is_relative_to(Path.cwd())
    conftest._EMPTY.extend(path.read_bytes())
    conftest._EMPTY[18] = conftest._EMPTY[19] = 2

def pytest_terminal_summary(terminalreporter):
    with sqlite3.connect(os.environ["NEW_SCHEMA"]) as database:
        (revision,) = database.execute("select version_num from alembic_version").fetchone()
    terminalreporter.write_line(f"on the new schema: {revision}")
"""
