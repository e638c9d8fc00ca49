"""Bringing the database to its present shape, and back to where it was when that fails.

SQLite changes a table in several steps that are no one transaction. So the file is copied before, and put back after a
failure or, at the next start, after a migration that was killed in the middle. On PostgreSQL each migration is one
transaction. Only for ``prepare``, while nothing else runs on the database (``./viva up`` holds its lock): what others
wrote in between would be lost.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import flask_migrate
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import current_app

from webapp.core.database import db
from webapp.core.settings import ROOT

#: The copy, beside the database.
COPY = "before-update.db"


class UpdateError(Exception):
    """The database could not be brought to its present shape, and is as it was."""


def upgrade() -> None:
    """Migrate the database. Raises UpdateError; then an embedded database is as it was before."""
    path = _file()
    if path is None:
        _upgrade_server()
        return
    copy = path.with_name(COPY)
    if copy.is_file() and _revision(path) != _head():
        _put_back(copy, path)
    if _revision(path) in (None, _head()):  # nothing to lose, or nothing to do
        copy.unlink(missing_ok=True)
        _part(copy).unlink(missing_ok=True)
        flask_migrate.upgrade()
        return
    try:
        _copy(path, copy)
    except (OSError, sqlite3.Error) as error:
        raise UpdateError(
            f"The database could not be copied before the update ({error}), so nothing was changed. It takes "
            f"{path.stat().st_size / 1e6:.0f} MB of room beside {path}."
        ) from error
    try:
        flask_migrate.upgrade()
    except Exception as error:
        db.session.remove()
        db.engine.dispose()
        _put_back(copy, path)
        raise UpdateError(
            f"The update of the database failed, and it is as it was before: {error}. Start the version of Viva that "
            "you had; nothing is lost."
        ) from error
    copy.unlink()


def _upgrade_server() -> None:
    """Migrate a database that is no file of ours. Nothing is copied before: on PostgreSQL a migration that fails is
    rolled back, and to put a copy back would lose what others wrote meanwhile."""
    try:
        flask_migrate.upgrade()
    except Exception as error:
        db.session.remove()
        raise UpdateError(
            f"The update of the database failed: {error}. Nothing of the migration that failed was kept; those before "
            "it stay, and the version of Viva that you had runs on them."
        ) from error


def _file() -> Path | None:
    """The embedded database's file where there is one already."""
    url = sa.make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    path = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    return path if path is not None and path.is_file() and path.stat().st_size else None


def _head() -> str | None:
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head()


def _revision(path: Path) -> str | None:
    """The migration that the database is at; None for one without any."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        try:
            found = database.execute("select version_num from alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
    return str(found[0]) if found else None


def _copy(path: Path, copy: Path) -> None:
    """A whole copy or none, on the disk before anything changes."""
    part = _part(copy)
    part.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as database, contextlib.closing(sqlite3.connect(part)) as target:
        database.backup(target)
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    part.replace(copy)


def _part(copy: Path) -> Path:
    """Where a copy is made, which a killed run leaves behind."""
    return copy.with_suffix(".part")


def _put_back(copy: Path, path: Path) -> None:
    for name in ("-wal", "-shm"):  # they belong to what is replaced
        path.with_name(path.name + name).unlink(missing_ok=True)
    copy.replace(path)
