"""Whether this server may be given requests, and what is wrong where it may not: for load balancers and operators."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
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
        "pages": "The pages are being loaded, which takes some seconds." if "loading" in app.extensions else "ok",
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
        found = revision()
    except sa.exc.SQLAlchemyError as error:
        return f"The database's version cannot be read ({type(error).__name__})."
    wanted, behind = revisions()
    if found is not None and found not in behind:
        return "ok"
    return f"The database is at migration {found or 'none'}, and this program wants {wanted}. Run ./viva flask prepare."


def revision() -> str | None:
    """The migration that the database is at; None for none."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def revisions() -> tuple[str, frozenset[str]]:
    """The migration that this program wants, and all those before it."""
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    wanted = str(scripts.get_current_head())
    return wanted, frozenset({script.revision for script in scripts.walk_revisions()} - {wanted})


def _broker(app: Flask) -> str:
    try:
        with broker(app):
            return "ok"
    except (OSError, OperationalError, *connection_errors(app.extensions["celery"])) as error:
        return f"The broker does not answer ({type(error).__name__})."


@contextmanager
def broker(app: Flask) -> Iterator[Any]:
    """A connection to the broker that has answered. Raises what `connection_errors` lists, OSError or
    OperationalError where it does not."""
    with app.extensions["celery"].connection_for_read(connect_timeout=PATIENCE) as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=PATIENCE)
        if connection.transport.driver_type == "redis":
            connection.default_channel.client.ping()
        yield connection


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
