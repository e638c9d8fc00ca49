"""Proves that the audit log finds what was done to it: many processes write one, then it is tampered with."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from webapp.core.database import Base, now
from webapp.core.write_path import engine_options
from webapp.governance import chain
from webapp.governance.chain import Event, Head, Verdict
from webapp.governance.models import AuditAddress, AuditEntry, AuditHead

WRITERS, EACH = 8, 260
_TABLES = [cast(sa.Table, model.__table__) for model in (AuditEntry, AuditHead, AuditAddress)]
_KEY = b"self-test"


def run(folder: Path) -> dict[str, Any]:
    """Write, check, tamper and check again in ``folder``, which is empty; what was found, as JSON."""
    database = folder / "audit.db"
    engine = _engine(database)
    Base.metadata.create_all(engine, tables=_TABLES)
    engine.dispose()
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(database, folder / "head", each)) for each in range(WRITERS)]
    began = time.monotonic()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    seconds = time.monotonic() - began
    kept = chain.kept_head(folder / "head")
    untouched = _verify(database, kept)
    found = {}
    for name, tamper in TAMPERING.items():
        copy = folder / f"{name}.db"
        shutil.copyfile(database, copy)
        connection = sqlite3.connect(copy)
        with connection:
            tamper(connection)
        connection.close()
        found[name] = _verify(copy, kept).broken > 0
    return {
        "rows": untouched.rows,
        "broken": untouched.broken,
        "first_broken": untouched.first_broken,
        "expected": WRITERS * EACH,
        "writers": WRITERS,
        "failed_writers": sum(writer.exitcode != 0 for writer in writers),
        "seconds": round(seconds, 2),
        "events_per_second": round(untouched.rows / seconds, 1),
        "tampered": len(found),
        "found": sum(found.values()),
        "kinds": found,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """``./viva audit verify --self-test``. 0: the log is whole and all tampering was found; 1: not."""
    parser = argparse.ArgumentParser(prog="./viva audit verify --self-test", description="Test the audit log.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="viva-audit-") as folder:
        found = run(Path(folder))
    if options.json:
        print(json.dumps(found))
    else:
        print(
            f"{found['rows']} entries by {found['writers']} processes, {found['events_per_second']} a second, "
            f"{found['broken']} broken; {found['found']} of {found['tampered']} changes by another hand were found."
        )
    well = found["broken"] == 0 and found["rows"] == found["expected"] and found["found"] == found["tampered"]
    return 0 if well else 1


def _engine(database: Path) -> sa.Engine:
    url = f"sqlite:///{database}"
    return sa.create_engine(url, **engine_options(url))


def _write(database: Path, head_file: Path, writer: int) -> None:
    """One process that writes event after event, each in a transaction of its own, as requests do."""
    engine = _engine(database)
    for number in range(EACH):
        event = Event(
            action="changed",
            at=now(),
            actor_kind="person",
            actor_id=f"{writer:032x}",
            subject_kind="interview",
            subject_id=f"{number:032x}",
            interview_id=f"{number:032x}",
            facts={"page": "reviews.save"},
            address=f"192.0.2.{writer}",
        )
        chain.append_alone(engine, [event], _KEY, head_file)
    with engine.connect() as connection:  # so that a copy of the file has everything
        connection.exec_driver_sql("PRAGMA wal_checkpoint(FULL)")
    engine.dispose()


def _verify(database: Path, kept: Head | None) -> Verdict:
    engine = _engine(database)
    try:
        with engine.connect() as connection:
            return chain.verify(connection, kept)
    finally:
        engine.dispose()


def _change(connection: sqlite3.Connection) -> None:
    # By nobody who wrote: the first writer's number is all noughts.
    connection.execute("update audit_log set actor_id = ? where number = 700", ("f" * 32,))


def _remove(connection: sqlite3.Connection) -> None:
    connection.execute("pragma foreign_keys=off")
    connection.execute("delete from audit_log where number = 900")


def _insert(connection: sqlite3.Connection) -> None:
    """A row between two others, with hashes that fit the one before it."""
    connection.execute("update audit_log set number = -number - 1 where number > 1000")
    connection.execute("update audit_log set number = -number where number < 0")
    columns = [row[1] for row in connection.execute("pragma table_info(audit_log)")]
    row = dict(zip(columns, connection.execute("select * from audit_log where number = 1000").fetchone(), strict=True))
    forged = row | {"number": 1001, "previous": row["hash"], "hash": "f" * 64}
    connection.execute("insert into audit_log values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", list(forged.values()))
    connection.execute("update audit_head set number = number + 1")


def _swap(connection: sqlite3.Connection) -> None:
    connection.execute("update audit_log set number = -1 where number = 300")
    connection.execute("update audit_log set number = 300 where number = 301")
    connection.execute("update audit_log set number = 301 where number = -1")


def _truncate(connection: sqlite3.Connection) -> None:
    """The end cut off, and the head in the database set back to fit: only the head that was kept elsewhere tells."""
    connection.execute("pragma foreign_keys=off")
    connection.execute("delete from audit_log where number > (select number from audit_head) - 25")
    connection.execute(
        "update audit_head set number = (select max(number) from audit_log),"
        " hash = (select hash from audit_log order by number desc limit 1)"
    )


TAMPERING: dict[str, Callable[[sqlite3.Connection], None]] = {
    "changed": _change,
    "removed": _remove,
    "inserted": _insert,
    "swapped": _swap,
    "truncated": _truncate,
}


if __name__ == "__main__":
    sys.exit(main())
