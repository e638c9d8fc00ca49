"""Which servers the tests run on instead of SQLite and a folder: tests/webapp/test_on_servers.py says it to pytest."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

#: The address of a PostgreSQL in which each test makes a database of its own.
DATABASE = "TESTS_DATABASE_URL"


@contextmanager
def settings() -> Iterator[dict[str, Any]]:
    """Settings for one test's application; none where the environment names no server."""
    address = os.environ.get(DATABASE)
    if not address:
        yield {}
        return
    name = f"test_{uuid.uuid4().hex}"
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"create database {name} strategy file_copy"))
    try:
        yield {"SQLALCHEMY_DATABASE_URI": sa.make_url(address).set(database=name).render_as_string(False)}
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"drop database {name} with (force)"))
        server.dispose()
