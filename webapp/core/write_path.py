"""How SQLite is written to: a transaction that writes takes the one writer's place before it reads anything.

A deferred transaction that has read and then writes is refused by SQLite at once ("database is locked") where somebody
else has written in between, whatever the busy timeout (https://www.sqlite.org/lang_transaction.html). So nothing here
begins deferred: reads run by themselves, and the first statement that writes, or the first savepoint, is preceded by
BEGIN IMMEDIATE, which waits its turn. Nothing has been written by then, so trying once more is safe.
"""

from __future__ import annotations

import contextlib
import errno
import re
import sqlite3
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

#: Seconds that a writer waits for its turn, and how often it tries.
PATIENCE, TRIES = 10.0, 2
#: What a busy answer asks the caller to wait, in seconds.
RETRY_AFTER = 2
#: Connections: as many as the server has threads that may each need one, and some for heartbeats.
POOL = {"pool_size": 8, "max_overflow": 72, "pool_timeout": 30}

_WRITES = re.compile(r"\s*(insert|update|delete|replace|with\b.*\b(insert|update|delete)\b)", re.IGNORECASE | re.DOTALL)
_FULL = {errno.ENOSPC, errno.EDQUOT}


def engine_options(uri: str) -> dict[str, Any]:
    """What ``create_engine`` is told for this database: a pool that suits the server, where it is a file."""
    url = sa.make_url(uri)
    in_a_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    pool = POOL if in_a_file or url.get_backend_name() != "sqlite" else {}
    # A server that was started again has left us connections that are dead: each is asked before it is used.
    more = {"pool_pre_ping": True} if url.get_backend_name() != "sqlite" else {}
    return {"hide_parameters": True, **pool, **more}  # names and answers stay out of logs


@event.listens_for(Engine, "connect")
def _prepare(connection: object, _record: object) -> None:
    """Readers and one writer side by side, waiting for each other; foreign keys hold; we begin by ourselves."""
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={round(PATIENCE * 1000)}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten, not only unlinked
        cursor.close()


@event.listens_for(Engine, "connect")
def _plan(connection: Any, _record: object) -> None:
    """What pages ask of PostgreSQL is short: no query is compiled to machine code or shared among processes, which
    costs more than it saves, and a row is found by its index, as where the data is in memory or on an SSD. Pages that
    an index names are read ahead, where its platform can."""
    if hasattr(connection, "pgconn"):  # psycopg's
        connection.execute("SET jit = off; SET max_parallel_workers_per_gather = 0; SET random_page_cost = 1.1")
        connection.commit()
        with contextlib.suppress(connection.Error):
            connection.execute("SET effective_io_concurrency = 100")
        connection.commit()


@event.listens_for(Engine, "before_cursor_execute")
def _before_statement(connection: Connection, _cursor: Any, statement: str, *_rest: object) -> None:
    if connection.dialect.name == "sqlite" and _WRITES.match(statement):
        _begin(connection)


@event.listens_for(Engine, "savepoint")
def _before_savepoint(connection: Connection, _name: str) -> None:
    if connection.dialect.name == "sqlite":
        _begin(connection)


def _begin(connection: Connection) -> None:
    """Begin to write, unless that has begun. Raises sqlite3.OperationalError where our turn does not come."""
    raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    if raw.in_transaction or connection.get_isolation_level() == "AUTOCOMMIT":
        return
    for attempt in range(TRIES):
        try:
            raw.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if attempt + 1 == TRIES or not _is_busy(error):
                raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, error) from error


def _is_busy(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_busy(error: BaseException) -> bool:
    """Whether a statement failed because the database's turn did not come, or it is being started again; trying later
    may help."""
    return isinstance(error, sa.exc.TimeoutError) or _is_busy(getattr(error, "orig", None)) or _is_away(error)


def _is_away(error: BaseException) -> bool:
    """Whether a connection to a server of databases was lost, or none was to be had."""
    # What comes after a loss that was not noticed: a transaction that is gone with its connection.
    if isinstance(error, sa.exc.PendingRollbackError | sa.exc.ResourceClosedError):
        return True
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    # PostgreSQL's states: 08 connections, 57P a server that stops or starts, 25P02 a statement after the one that
    # failed; none where nobody answered, or where the driver found the connection closed.
    state = getattr(error.orig, "sqlstate", "")
    unanswered = state is None and isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    return error.connection_invalidated or unanswered or str(state).startswith(("08", "57P", "25P02"))


def is_gone(error: BaseException) -> bool:
    """Whether somebody else deleted a row while this request worked with it, or with what belongs to it."""
    if isinstance(error, ObjectDeletedError | StaleDataError):
        return True
    if isinstance(error, sa.exc.IntegrityError):
        return "foreign key" in str(error.orig).lower()
    return isinstance(error, sa.exc.InvalidRequestError) and "not refresh instance" in str(error)


def is_full(error: BaseException) -> bool:
    """Whether something failed because the disk, or a quota on it, is full."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_FULL
