"""An update that fails or is killed leaves the database as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import test_migrations_with_data as before_updates
from webapp.core import updating
from webapp.core.database import db

app, contents = before_updates.app, before_updates.contents


def revision() -> str:
    with db.engine.connect() as connection:
        return str(connection.scalar(sa.text("select version_num from alembic_version")))


@pytest.fixture
def home(app) -> Path:
    return Path(app.config["HOME"])


@pytest.fixture
def breaks(monkeypatch):
    """Migrations that get half of the way and then fail."""
    real = updating.flask_migrate.upgrade

    def upgrade():
        real(revision="8e4d1f6a20b7")
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(updating.flask_migrate, "upgrade", upgrade)
    return lambda: monkeypatch.setattr(updating.flask_migrate, "upgrade", real)


def test_one_that_fails_puts_the_database_back(home, breaks):
    before, at = contents(), revision()
    with pytest.raises(updating.UpdateError, match="as it was before: the disk is full"):
        updating.upgrade()
    assert (contents(), revision()) == (before, at)
    assert not (home / updating.COPY).exists()
    breaks()  # no longer
    updating.upgrade()
    assert revision() == updating._head() and not (home / updating.COPY).exists()
    updating.upgrade()  # nothing to do


def test_one_that_was_killed_begins_anew_from_the_copy(home, breaks, monkeypatch):
    before = contents()
    monkeypatch.setattr(updating, "_put_back", lambda copy, path: None)  # it is gone before it comes to that
    with pytest.raises(updating.UpdateError):
        updating.upgrade()
    monkeypatch.undo()
    assert contents() != before and (home / updating.COPY).is_file()
    db.engine.dispose()
    updating.upgrade()
    assert revision() == updating._head() and not (home / updating.COPY).exists()


def test_without_room_for_the_copy_nothing_is_changed(home, monkeypatch):
    def full(path, copy):
        raise OSError(28, "No space left on device")

    at = revision()
    monkeypatch.setattr(updating, "_copy", full)
    with pytest.raises(updating.UpdateError, match=r"nothing was changed. It takes \d+ MB"):
        updating.upgrade()
    assert revision() == at
