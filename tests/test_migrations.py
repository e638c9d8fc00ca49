"""Migrations lead from nothing to what the models say, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from webapp import create_app
from webapp.core.database import db
from webapp.core.extensions import is_a_model
from webapp.core.settings import ROOT


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = create_app({"HOME": tmp_path / "home", "TESTING": True, "SECRET_KEY": "test", "BROKER_URL": "memory://"})
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_there_is_one_line_of_them():
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) == 1


def test_they_end_where_the_models_are(app):
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        options = {"compare_type": True, "render_as_batch": True, "include_name": is_a_model}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, db.metadata) == []


def test_the_triggers_are_those_of_the_models(app):
    """SQLite copies a table to change it, and forgets its triggers: such a migration makes them anew."""
    flask_migrate.upgrade()
    made = sa.create_engine("sqlite://")
    db.metadata.create_all(made)
    assert triggers_of(db.engine) == triggers_of(made) != {}


def triggers_of(engine: sa.Engine) -> dict[str, str]:
    asked = sa.text("select name, sql from sqlite_master where type = 'trigger'")
    with engine.connect() as connection:
        return {name: " ".join(words.split()) for name, words in connection.execute(asked)}


def test_they_can_be_taken_back(app):
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision="base")
    assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
    flask_migrate.upgrade()
    assert "interviews" in sa.inspect(db.engine).get_table_names()
