"""``./viva restore``, between its steps: tables of PostgreSQL into a database that is empty, whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import flask_migrate
import sqlalchemy as sa

from webapp.backup import tables


def fill(engine: sa.Engine, manifest: dict[str, Any], home: Path) -> None:
    """Make the tables as they were at the time of a backup, and put its rows in.

    Raises BackupError, DamagedError and SQLAlchemyError; then the database is as empty as it was.
    """
    tables.check_empty(engine)
    note = manifest["postgresql"]
    try:
        flask_migrate.upgrade(revision=note["revision"])
        tables.fill(engine, note, {entry["path"]: entry for entry in manifest["files"]}, home / tables.FOLDER)
    except BaseException:
        tables.empty(engine)
        raise
    shutil.rmtree(home / tables.FOLDER)
