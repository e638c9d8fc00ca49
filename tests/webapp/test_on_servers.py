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

from tests import postgres
from tests.webapp import on_servers
from webapp import create_app
from webapp.core.database import db
from webapp.core.extensions import is_a_model

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


@pytest.mark.full
@pytest.mark.parametrize("feature", "accounts interviews recordings reviews positions".split())
def test_a_feature_on_postgresql(database, feature, tmp_path):
    """All of a feature's own tests, each with a database of its own on the server."""
    command = [sys.executable, "-m", "pytest", f"tests/webapp/{feature}", "-q", "-x", "-n0", "-p", "no:cacheprovider"]
    env = os.environ | {on_servers.DATABASE: database}
    done = subprocess.run(
        [*command, f"--basetemp={tmp_path}/of"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-4000:]
