"""Whether this server may be given requests, and what is wrong where it may not: for load balancers and operators."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from kombu.exceptions import OperationalError

from webapp.core.database import db
from webapp.core.settings import ROOT
from webapp.core.storage import bare

#: Seconds that a broker gets to answer.
PATIENCE = 2.0


def checks(app: Flask) -> dict[str, str]:
    """Part → "ok", or a sentence on what is wrong; no secret, no name and no address is in it."""
    return {
        "database": _database(),
        "migrations": _migrations(),
        "broker": _broker(app),
        "storage": _storage(app),
        "folder": _folder(Path(app.config["HOME"])),
    }


def _database() -> str:
    try:
        db.session.execute(sa.text("select 1"))
    except sa.exc.SQLAlchemyError as error:
        db.session.rollback()
        return f"The database does not answer ({type(error).__name__})."
    return "ok"


def _migrations() -> str:
    """Whether the database is as this program wants it, or newer: it works beside the version that replaces it, whose
    migrations only add (tests/test_old_code.py), and must not be taken away from people for that."""
    try:
        with db.engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except sa.exc.SQLAlchemyError as error:
        return f"The database's version cannot be read ({type(error).__name__})."
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    wanted = scripts.get_current_head()
    behind = {script.revision for script in scripts.walk_revisions()} - {wanted}
    if found is not None and found not in behind:
        return "ok"
    return f"The database is at migration {found or 'none'}, and this program wants {wanted}. Run ./viva flask prepare."


def _broker(app: Flask) -> str:
    celery = app.extensions["celery"]
    try:
        with celery.connection_for_read(connect_timeout=PATIENCE) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=PATIENCE)
            if connection.transport.driver_type == "redis":
                connection.default_channel.client.ping()
    except (OSError, OperationalError, *connection_errors(celery)) as error:
        return f"The broker does not answer ({type(error).__name__})."
    return "ok"


def connection_errors(celery: Any) -> tuple[type[Exception], ...]:
    """What the broker's own driver raises where it cannot be reached."""
    connection = celery.connection_for_read()
    return tuple(connection.connection_errors)


def _storage(app: Flask) -> str:
    try:
        bare(app, app.config["STORAGE"]).kinds()
    except (OSError, RuntimeError, ValueError) as error:
        return f"Storage does not answer ({type(error).__name__})."
    return "ok"


def _folder(home: Path) -> str:
    return "ok" if os.access(home, os.W_OK) else "The data folder cannot be written to."
