"""The tests of what touches the database, once more on PostgreSQL, and its migrations."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tests import postgres, servers
from tests.webapp import on_servers
from webapp import create_app
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
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(sa.text("drop schema public cascade"))
            connection.execute(sa.text("create schema public"))
        db.engine.dispose()


#: What is run on PostgreSQL: files that take less than a minute.
FEATURES = (
    "accounts/test_sessions.py", "accounts/test_second_step.py", "positions", "interviews/test_links.py", "recordings/test_tus.py",
    "analysis/test_sweep.py", "analysis/test_operations.py",
)  # fmt: skip
#: Tests that are about the file in which an upload gathers, or the folder of recordings.
OF_FILES = "not smaller_of_file and not full_disk"


def run_tests(feature: str, tmp_path: Path, **servers_: str) -> None:
    """All of a feature's own tests on servers."""
    command = [sys.executable, "-m", "pytest", f"tests/webapp/{feature}", "-q", "-x", "-n0", "-p", "no:cacheprovider"]
    if on_servers.STORAGE in servers_:
        command += ["-k", OF_FILES]
    done = subprocess.run(
        [*command, f"--basetemp={tmp_path}/of"],
        cwd=ROOT, env=os.environ | servers_, capture_output=True, text=True, timeout=300,
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


@pytest.mark.full
@pytest.mark.parametrize(
    "feature", ["recordings/test_tus.py", "recordings/test_playback.py", "interviews/test_attachments.py"]
)
def test_a_feature_with_sealed_files_in_s3(database, feature, tmp_path):
    """As on a cluster: PostgreSQL beside it."""
    with servers.s3() as endpoint:
        names = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
        run_tests(feature, tmp_path, **names, **{on_servers.STORAGE: endpoint, on_servers.DATABASE: database})
