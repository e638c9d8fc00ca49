"""Which servers the tests run on instead of SQLite and a folder: tests/webapp/test_on_servers.py says it to pytest."""

from __future__ import annotations

import importlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from webapp.core.database import db

#: The address of a server of S3 in which each test makes a bucket of its own.
STORAGE = "TESTS_S3_ENDPOINT"
#: The address of a PostgreSQL in which each test makes a database of its own.
DATABASE = "TESTS_DATABASE_URL"

#: What a test's database is copied of: one that is empty, then one that has our tables.
_template = ["template1"]


def create_tables() -> None:
    """Make the tables in the first test's database, and keep a copy for all others of this process."""
    if len(_template) > 1:
        return
    db.create_all()
    made, kept = db.engine.url.database, f"tables_{uuid.uuid4().hex}"
    db.session.remove()
    db.engine.dispose()  # whoever is connected keeps it from being copied
    server = sa.create_engine(os.environ[DATABASE], isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"create database {kept} template {made} strategy file_copy"))
    server.dispose()
    _template.append(kept)


@contextmanager
def settings() -> Iterator[dict[str, Any]]:
    """Settings for one test's application; none where the environment names no server."""
    more: dict[str, Any] = {}
    if endpoint := os.environ.get(STORAGE):
        bucket = f"b{uuid.uuid4().hex}"
        boto3 = importlib.import_module("boto3")
        boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=bucket)
        more = {"STORAGE": f"s3://{bucket}", "S3_ENDPOINT": endpoint, "STORAGE_KEY": "A" * 43 + "="}
    address = os.environ.get(DATABASE)
    if not address:
        yield more
        return
    name = f"test_{uuid.uuid4().hex}"
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"create database {name} template {_template[-1]} strategy file_copy"))
    try:
        yield more | {"SQLALCHEMY_DATABASE_URI": sa.make_url(address).set(database=name).render_as_string(False)}
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"drop database {name} with (force)"))
        server.dispose()
