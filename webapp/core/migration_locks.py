"""Migrations of a database that is in use: one at a time, and never in anybody's way for long.

To change a table PostgreSQL waits until nobody reads it, and whoever comes after waits behind the change: one report
that takes a minute would stop every page for that minute. So a change waits a few seconds for its lock, gives up, lets
those behind it go ahead, and tries again. Each migration is a transaction of its own: it holds its locks as briefly as
it can, and what was done before it stays done.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

logger = logging.getLogger(__name__)

#: The number of the advisory lock that whoever migrates holds; any that nobody else uses.
WHO_MIGRATES = 0x56697661
#: Milliseconds that a change waits for a table, how often it is tried, and the longest pause (seconds) in between.
WAIT_MS, TRIES, LONGEST_PAUSE = 3000, 20, 15.0
#: What PostgreSQL calls a lock that was not to be had in time, and two that waited for each other.
BUSY = frozenset({"55P03", "40P01"})


class TablesInUseError(Exception):
    """Somebody held a table for as long as we tried to change it."""


def migrate_patiently(
    connection: sa.Connection, migrate: Callable[[], None], *, wait_ms: int = WAIT_MS, tries: int = TRIES,
    pause: Callable[[float], object] = time.sleep,
) -> None:  # fmt: skip
    """Call ``migrate``, which uses ``connection`` and can be called again; on PostgreSQL as this module says.

    Raises TablesInUseError when a table was in use each time; what ``migrate`` had committed before stays.
    """
    if connection.dialect.name != "postgresql":
        migrate()
        return
    with _alone(connection), _short_waits(connection, wait_ms):
        for number in range(1, tries + 1):
            try:
                migrate()
                return
            except sa.exc.OperationalError as error:
                connection.rollback()
                if getattr(error.orig, "sqlstate", None) not in BUSY:
                    raise
                if number == tries:
                    raise TablesInUseError(
                        f"A table that a migration changes was in use each of {tries} times. Nothing of that migration "
                        "was kept. See in pg_stat_activity which transaction stays open, end it, and start again."
                    ) from error
            logger.warning("A table is in use; the migration is tried again (%d of %d)", number + 1, tries)
            pause(min(LONGEST_PAUSE, 0.5 * 2**number))


@contextmanager
def _alone(connection: sa.Connection) -> Iterator[None]:
    """Wait for whoever migrates already, for as long as that takes. The lock ends with the connection, too."""
    connection.execute(sa.text("select pg_advisory_lock(:number)"), {"number": WHO_MIGRATES})
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(sa.text("select pg_advisory_unlock(:number)"), {"number": WHO_MIGRATES})
        connection.commit()


@contextmanager
def _short_waits(connection: sa.Connection, wait_ms: int) -> Iterator[None]:
    connection.execute(sa.text("select set_config('lock_timeout', :wait, false)"), {"wait": str(wait_ms)})
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(sa.text("reset lock_timeout"))
        connection.commit()
