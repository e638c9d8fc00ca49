"""The tables of PostgreSQL, out of one snapshot of it and back, without any of its own programs.

Each table is copied out as PostgreSQL's own text (``COPY``), ordered by its primary key, and cut into pieces where rows
say so: a row that comes in between changes one piece and no other. To restore, the migrations make the tables as they
were at the time, and everything goes in by one transaction, in which each table is copied out again and compared.
"""

from __future__ import annotations

import contextlib
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from webapp.backup.keys import BackupError, DamagedError
from webapp.backup.repository import PIECE, Repository

#: Where tables lie in a backup, and in a folder that is being restored.
FOLDER = "postgresql"
#: A piece is at least so long, and ends at a row of which a checksum has these bits zero: one in 512.
SHORTEST, ENDS = 128 * 1024, 511
#: What text says must not depend on the server's settings.
_SPELLING = "set local timezone to 'UTC'; set local datestyle to 'ISO'; set local intervalstyle to 'postgres'; \
set local bytea_output to 'hex'; set local extra_float_digits to 1; set local client_encoding to 'UTF8'"
_OUT = "copy (select {} from {} order by {}) to stdout"
_KEYS = """select conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) from pg_constraint
where contype = 'f' and connamespace = current_schema()::regnamespace order by 1, 2"""


def is_postgresql(engine: sa.Engine) -> bool:
    """Whether the database is one."""
    return engine.dialect.name == "postgresql"


def save(engine: sa.Engine, repository: Repository) -> tuple[dict[str, Any], list[tuple[dict[str, Any], int]]]:
    """Store every table as of one moment: what to note of them, and of each its file and how many bytes were new.

    Nobody waits for it. Raises SQLAlchemyError, OSError, BackupError.
    """
    tables, files = {}, []
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        connection.execute(sa.text(_SPELLING))
        revision = connection.scalar(sa.text("select version_num from alembic_version"))
        for name, columns in _tables(connection).items():
            rows = _Rows(_copy_out(connection, name, columns))
            entry, new = repository.put_pieces(_pieces(rows))
            files.append(({"path": f"{FOLDER}/{name}", "mtime_ns": 0, **entry}, new))
            tables[name] = {"columns": columns, "rows": rows.count}
        note = {"revision": revision, "tables": tables, "sequences": _sequences(connection)}
    return note, files


def check_empty(engine: sa.Engine) -> None:
    """Raise BackupError where there is anything in the database that is to be restored into."""
    if found := sa.inspect(engine).get_table_names():
        raise BackupError(f"The database has tables already ({found[0]} …). Name an empty one in VIVA_DATABASE_URL.")


def fill(engine: sa.Engine, note: dict[str, Any], files: dict[str, dict[str, Any]], folder: Path) -> None:
    """Put rows from the files in ``folder`` into the tables that the migrations have made, in one transaction.

    ``files`` are the manifest's entries by path. Raises DamagedError where one table does not become what it was.
    """
    with engine.begin() as connection:
        connection.execute(sa.text(_SPELLING))
        have = _tables(connection)
        if set(have) != set(note["tables"]):
            different = sorted(set(have) ^ set(note["tables"]))
            raise BackupError(f"The migrations make other tables than the backup has: {', '.join(different)}.")
        quote = connection.dialect.identifier_preparer.quote
        keys = list(connection.execute(sa.text(_KEYS)))
        for table, name, _definition in keys:
            connection.execute(sa.text(f"alter table {table} drop constraint {name}"))
        connection.execute(sa.text(f"truncate {', '.join(map(quote, have))}"))
        for name, table in note["tables"].items():
            _copy_in(connection, name, table["columns"], folder / name)
            rows, total = _Rows(_copy_out(connection, name, table["columns"])), hashlib.sha256()
            for each in rows:
                total.update(each)
            if (rows.count, total.hexdigest()) != (table["rows"], files[f"{FOLDER}/{name}"]["sha256"]):
                raise DamagedError(f"The table {name} is not what was backed up: {rows.count} of {table['rows']} rows.")
        for table, name, definition in keys:
            connection.exec_driver_sql(f"alter table {table} add constraint {name} {definition}")
        for name, value in note["sequences"].items():
            connection.execute(sa.text("select setval(:name, :value)"), {"name": quote(name), "value": value})
        connection.execute(sa.text("analyze"))


def empty(engine: sa.Engine) -> None:
    """Take back all tables that were made in a database that was empty before; what is not ours stays."""
    with engine.begin() as connection:
        quote = connection.dialect.identifier_preparer.quote
        if names := sa.inspect(connection).get_table_names():
            connection.execute(sa.text(f"drop table {', '.join(map(quote, names))} cascade"))


class _Rows:
    """Rows as they come, counted."""

    def __init__(self, rows: Iterator[bytes]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[bytes]:
        for row in self._rows:
            self.count += row.count(b"\n")  # within a row a line break is written as \n
            yield row


def _tables(connection: sa.Connection) -> dict[str, list[str]]:
    """Table → its columns, but those that the database computes."""
    asked = sa.inspect(connection)
    return {
        name: [column["name"] for column in asked.get_columns(name) if "computed" not in column]
        for name in sorted(asked.get_table_names())
    }


def _sequences(connection: sa.Connection) -> dict[str, int]:
    query = "select sequencename, last_value from pg_sequences where schemaname = current_schema()"
    return {name: value for name, value in connection.execute(sa.text(query)) if value is not None}


def _copy_out(connection: sa.Connection, name: str, columns: list[str]) -> Iterator[bytes]:
    quote = connection.dialect.identifier_preparer.quote
    listed = ", ".join(map(quote, columns))
    key = sa.inspect(connection).get_pk_constraint(name)["constrained_columns"] or columns
    # Not by the server's alphabet: another machine may have another.
    order = ", ".join(f'{quote(column)}::text collate "C"' for column in key)
    statement = _OUT.format(listed, quote(name), order)
    with _cursor(connection) as cursor, cursor.copy(statement) as copy:
        for block in copy:
            yield bytes(block)


def _copy_in(connection: sa.Connection, name: str, columns: list[str], path: Path) -> None:
    quote = connection.dialect.identifier_preparer.quote
    statement = f"copy {quote(name)} ({', '.join(map(quote, columns))}) from stdin"
    with path.open("rb") as source, _cursor(connection) as cursor, cursor.copy(statement) as copy:
        while block := source.read(PIECE):
            copy.write(block)


def _cursor(connection: sa.Connection) -> contextlib.AbstractContextManager[Any]:
    """The driver's own, in the same transaction."""
    driver: Any = connection.connection.driver_connection
    cursor: contextlib.AbstractContextManager[Any] = driver.cursor()
    return cursor


def _pieces(rows: _Rows) -> Iterator[bytes]:
    """Rows cut into pieces of some 128 KiB to 1 MiB, at the same rows wherever these stand."""
    gathered, size = [], 0
    for row in rows:
        gathered.append(row)
        size += len(row)
        if size >= SHORTEST and (zlib.crc32(row) & ENDS == 0 or size >= PIECE):
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)
