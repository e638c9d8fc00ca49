"""The tests of what touches the database, once more on PostgreSQL, and its migrations."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from tests import postgres, swift
from tests.webapp import on_servers
from webapp import create_app
from webapp.core import migration_locks, updating
from webapp.core.database import db, new_id
from webapp.core.extensions import is_a_model
from webapp.core.folder_storage import FolderStorage
from webapp.core.object_uploads import ObjectUploads
from webapp.core.uploads import UploadLockedError

pytest.importorskip("psycopg", reason="no driver for PostgreSQL (uv sync --extra cluster)")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with postgres.running() as address:
        yield address


def test_migrations_lead_on_postgresql_to_what_the_models_say(database, tmp_path):
    app = create_app(
        {"HOME": tmp_path, "TESTING": True, "BROKER_URL": "memory://", "SQLALCHEMY_DATABASE_URI": database}
    )
    with app.app_context():
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            options = {"compare_type": True, "include_name": is_a_model}
            context = MigrationContext.configure(connection, opts=options)
            differences = compare_metadata(context, db.metadata)
        # The vector of the words is PostgreSQL's alone, so no model has it.
        assert sorted(each[0] for each in differences) == ["remove_column", "remove_index"], differences
        assert all("vector" in repr(each) for each in differences)
        _check_that_two_do_not_migrate_at_once(app)
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(sa.text("drop schema public cascade"))
            connection.execute(sa.text("create schema public"))
        db.engine.dispose()


def _check_that_two_do_not_migrate_at_once(app: Flask) -> None:
    def migrate() -> None:
        with app.app_context():
            flask_migrate.upgrade()

    with db.engine.connect() as other:
        other.execute(sa.select(sa.func.pg_advisory_lock(migration_locks.WHO_MIGRATES)))
        second = threading.Thread(target=migrate)
        second.start()
        second.join(1.0)
        assert second.is_alive()
        other.execute(sa.select(sa.func.pg_advisory_unlock(migration_locks.WHO_MIGRATES)))
        second.join(20.0)
        assert not second.is_alive()


def test_a_change_of_a_table_that_is_in_use_stops_nobody(database):
    engine = sa.create_engine(database)
    with engine.begin() as connection:
        connection.execute(sa.text("create table busy (id integer)"))
    tried, reader = [], engine.connect()
    reader.execute(sa.text("select * from busy"))  # a transaction that stays open

    def read_beside(_seconds: float) -> None:
        """What a page does meanwhile; the third time the reader is done."""
        tried.append(1)
        with engine.begin() as page:
            page.execute(sa.text("set local statement_timeout = 2000"))
            assert page.execute(sa.text("select count(*) from busy")).scalar() == 0
        if len(tried) == 3:
            reader.rollback()

    with engine.connect() as connection:

        def migrate() -> None:
            with connection.begin():
                connection.execute(sa.text("alter table busy add column more integer"))

        with pytest.raises(migration_locks.TablesInUseError, match="2 times"):
            migration_locks.migrate_patiently(connection, migrate, wait_ms=100, tries=2, pause=lambda _seconds: None)
        migration_locks.migrate_patiently(connection, migrate, wait_ms=100, pause=read_beside)
        assert connection.execute(sa.text("show lock_timeout")).scalar() == "0"
        connection.rollback()
        with pytest.raises(sa.exc.ProgrammingError):  # it is there: no other fault is tried again
            migration_locks.migrate_patiently(connection, migrate, pause=read_beside)
    assert len(tried) == 3
    with engine.begin() as connection:
        assert connection.execute(sa.text("select count(*) from pg_locks where locktype = 'advisory'")).scalar() == 0
        connection.execute(sa.text("drop table busy"))
    reader.close()
    engine.dispose()


@pytest.mark.full
def test_a_migration_that_fails_leaves_schema_and_rows_as_they_were(database, tmp_path):
    """The last migration fails at its very end, when all it does is done."""
    name = f"failing_{new_id()}"
    server = sa.create_engine(database, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    server.dispose()
    address = f"{database.rpartition('/')[0]}/{name}"
    app = create_app({"HOME": tmp_path, "TESTING": True, "BROKER_URL": "memory://", "SQLALCHEMY_DATABASE_URI": address})

    def everything() -> tuple[object, object]:
        with db.engine.connect() as connection:
            asked = sa.inspect(connection)
            shape = {
                table: (
                    [(column["name"], str(column["type"]), column["nullable"]) for column in asked.get_columns(table)],
                    sorted(map(repr, asked.get_indexes(table))),
                    sorted(map(repr, asked.get_foreign_keys(table))),
                )
                for table in asked.get_table_names()
            }
            query = 'select * from "{}"'
            rows = {table: sorted(map(repr, connection.execute(sa.text(query.format(table))))) for table in shape}
            return shape, rows

    class DiskFull(Exception):
        pass

    def fail(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("UPDATE alembic_version"):
            raise DiskFull("no space left on device")

    with app.app_context():
        flask_migrate.upgrade()
        flask_migrate.downgrade(revision="-1")
        with db.engine.begin() as connection:
            connection.execute(sa.text("create table witnesses as select n from generate_series(1, 1000) n"))
        before = everything()
        sa.event.listen(db.engine, "before_cursor_execute", fail)
        with pytest.raises(updating.UpdateError, match="Nothing of the migration that failed was kept"):
            updating.upgrade()
        sa.event.remove(db.engine, "before_cursor_execute", fail)
        assert everything() == before
        updating.upgrade()
        assert everything() != before
        db.session.remove()
        db.engine.dispose()


#: What is run on PostgreSQL: files that take less than a minute.
FEATURES = (
    "accounts/test_sessions.py", "accounts/test_second_step.py", "positions", "interviews/test_links.py", "recordings/test_tus.py",
    "analysis/test_sweep.py", "analysis/test_operations.py", "analysis/test_turns.py", "analysis/test_waiting.py",
    "interviews/test_ranks.py", "interviews/test_progress.py", "search/test_search.py", "reviews",
    "messages/test_outbox.py", "messages/test_kinds.py", "governance/test_erasure.py", "governance/test_withdrawal.py",
    "live/test_rooms.py", "live/test_guide.py", "live/test_judging_first.py",
)  # fmt: skip
#: Tests that speak SQLite's own words, or read its file.
OF_SQLITE = "not databases_file and not scored_before"
#: Tests that are about the file in which an upload gathers, or the folder of recordings.
OF_FILES = "not smaller_of_file and not full_disk and not read_twice"


def run_tests(feature: str, tmp_path: Path, **servers_: str) -> None:
    """All of a feature's own tests on servers."""
    command = [sys.executable, "-m", "pytest", f"tests/webapp/{feature}", "-q", "-x", "-n0", "-p", "no:cacheprovider"]
    command += ["-k", f"{OF_SQLITE} and {OF_FILES}" if on_servers.STORAGE in servers_ else OF_SQLITE]
    done = subprocess.run(
        [*command, f"--basetemp={tmp_path}/of"],
        cwd=ROOT, env=os.environ | servers_, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.full
@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_on_postgresql(database, feature, tmp_path):
    """Each test has a database of its own on the server."""
    run_tests(feature, tmp_path, **{on_servers.DATABASE: database})


@pytest.mark.full
def test_two_web_servers_do_not_write_to_one_upload(database, tmp_path):
    """PostgreSQL keeps the lock, and lets go of it when whoever has it is gone."""
    settings = {"HOME": tmp_path, "TESTING": True, "BROKER_URL": "memory://", "SQLALCHEMY_DATABASE_URI": database}
    app = create_app(settings)
    recording, other = new_id(), new_id()
    with app.app_context():
        uploads = ObjectUploads(tmp_path, FolderStorage(tmp_path / "objects"))
        with uploads.locked(recording):
            with pytest.raises(UploadLockedError), uploads.locked(recording, 0.2):
                pass
            with uploads.locked(other, 0.2):
                pass
        with uploads.locked(recording, 0.2):
            pass
        db.engine.dispose()


IN_S3 = (
    "recordings/test_tus.py", "recordings/test_playback.py", "recordings/test_verification.py",
    "interviews/test_attachments.py", "governance/test_erasure_mark.py",
)  # fmt: skip


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("kind", "feature"), [*(("moto", one) for one in IN_S3), *(("swift", one) for one in IN_S3[1:3])]
)
def test_a_feature_with_sealed_files_in_s3(database, kind, feature, tmp_path):
    """As on a cluster: PostgreSQL beside it."""
    with swift.s3(kind) as endpoint:
        names = {on_servers.STORAGE: endpoint, on_servers.DATABASE: database}
        run_tests(feature, tmp_path, **swift.CREDENTIALS, **names)
