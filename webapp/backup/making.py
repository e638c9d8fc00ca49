"""Making a backup while Viva runs.

The database is copied first (by SQLite's own backup, or table by table out of one snapshot of PostgreSQL), and files
after it: a row that was copied has its file, unless what it belongs to was erased meanwhile, which the journal of
removals (copied last) says. Uploads that are still arriving are held by hard links before, or copied before where they
lie in a bucket, so that none is missed that becomes a recording in between.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from webapp.backup import media as stored
from webapp.backup import tables
from webapp.backup.keys import KEYS, DamagedError
from webapp.backup.removals import JOURNAL
from webapp.backup.repository import Repository
from webapp.core.storage import Backend

#: What is not worth keeping, belongs to running processes alone, or is the key that lies apart.
LEFT_OUT = {
    "viva.db", "viva.db-wal", "viva.db-shm", "viva.lock", "secret_key", "broker", "health", "prepared", "audit_head",
    "backup-work", "before-update.db", "before-update.part", "retention_swept", "work", KEYS, JOURNAL,
}  # fmt: skip
DATABASE = "viva.db"
#: Asks how many rows a table has.
ROWS = 'select count(*) from "{}"'


def back_up(
    home: Path, repository: Repository, secret: str = "", journal: Path | None = None, *,
    server: sa.Engine | None = None, media: Backend | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Make one snapshot of the data folder ``home`` and of the ``journal`` of removals; its name and counts.

    ``server`` is PostgreSQL where the database lies there, ``media`` the storage that is no folder of ``home``.
    Raises OSError, BackupError, sqlite3.Error and SQLAlchemyError.
    """
    began, work = datetime.now(UTC), home / "backup-work"
    manifest: dict[str, Any] = {"format": 1, "at": began.isoformat()}
    with repository.locked():
        shutil.rmtree(work, ignore_errors=True)
        (work / "uploads").mkdir(parents=True, mode=0o700)
        try:
            before = _newest_files(repository)
            found = _Found()
            _hold_uploads(home / "uploads", work / "uploads")
            if media is not None:
                found.add_all(stored.save(media, repository, before, arriving=True))
            if server is None:
                _copy_database(home / DATABASE, work / DATABASE)
                manifest["tables"] = _tables(work / DATABASE)
                found.add(*_put(repository, work / DATABASE, DATABASE, before))
            else:
                note, saved = tables.save(server, repository)
                manifest |= {"format": 2, "postgresql": note}
                manifest["tables"] = {name: table["rows"] for name, table in note["tables"].items()}
                found.add_all(saved)
            for path, name in _paths(home, work, apart=media is not None):
                found.add(*_put(repository, path, name, before))
            if media is not None:
                found.add_all(stored.save(media, repository, before, arriving=False))
            found.add(*_put(repository, journal or home / JOURNAL, JOURNAL, before))
            manifest["secret_hash"] = hashlib.sha256(secret.encode()).hexdigest() if secret else ""
            manifest["files"] = files = list(found.files.values())
            name = repository.add(manifest, began)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    total = sum(entry["size"] for entry in files)
    return {"snapshot": name, "at": began.isoformat(), "files": len(files), "bytes": total, "new_bytes": found.new}


class _Found:
    """The files of a snapshot by path, and how many bytes of them were new."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, Any]] = {}
        self.new = 0

    def add(self, entry: dict[str, Any] | None, new: int) -> None:
        if entry is not None:
            self.files[entry["path"]] = entry
            self.new += new

    def add_all(self, entries: Iterable[tuple[dict[str, Any], int]]) -> None:
        for entry, new in entries:
            self.add(entry, new)


def expire(repository: Repository, days: int, moment: datetime | None = None) -> dict[str, Any]:
    """Remove snapshots older than so many days and older than the newest that can be read back, bit by bit.

    How many, the bytes that freed, and what is ``damaged``: for that an old good one is all there is.
    Raises DamagedError, and removes nothing, where the manifest of one that stays is damaged.
    """
    until = f"{(moment or datetime.now(UTC)) - timedelta(days=days):%Y%m%dT%H%M%S.%fZ}"
    with repository.locked():
        old = [name for name in repository.names()[:-1] if name < until]
        if not old:
            return {"removed": 0, "freed_bytes": 0, "damaged": []}
        found = check(repository, moment)
        old = [name for name in old if found["good"] and name < found["good"]]
        freed = repository.forget(old) if old else 0
    return {"removed": len(old), "freed_bytes": freed, "damaged": found["damaged"]}


def check(repository: Repository, moment: datetime | None = None) -> dict[str, Any]:
    """Read back the newest snapshot that is whole: its name and age in seconds, and what is damaged in newer ones."""
    damaged = []
    for name in reversed(repository.names()):
        try:
            manifest = repository.manifest(name)
            for entry in manifest["files"]:
                repository.get(entry)
        except DamagedError as error:
            damaged.append({"snapshot": name, "reason": str(error)})
            continue
        age = (moment or datetime.now(UTC)) - datetime.fromisoformat(manifest["at"])
        return {"good": name, "age_seconds": round(age.total_seconds()), "damaged": damaged}
    return {"good": None, "age_seconds": None, "damaged": damaged}


def _newest_files(repository: Repository) -> dict[str, dict[str, Any]]:
    """The files of the last snapshot that can be read, by their names."""
    for name in reversed(repository.names()):
        with contextlib.suppress(DamagedError):
            return {entry["path"]: entry for entry in repository.manifest(name)["files"]}
    return {}


def _hold_uploads(folder: Path, to: Path) -> None:
    for path in folder.glob("*") if folder.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            os.link(path, to / path.name)


def _copy_database(source: Path, to: Path) -> None:
    """A copy as of one moment; nobody waits for it, since readers hold up no writer."""
    with (
        contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=30)) as database,
        contextlib.closing(sqlite3.connect(to)) as copy,
    ):
        database.backup(copy)
        found = copy.execute("pragma integrity_check").fetchone()[0]
    if found != "ok":
        raise DamagedError(f"The database is damaged and was not backed up: {found}.")


def _tables(database: Path) -> dict[str, int]:
    """Rows by table, for whoever restores."""
    with contextlib.closing(sqlite3.connect(database)) as copy:
        names = [row[0] for row in copy.execute("select name from sqlite_master where type = 'table'")]
        return {
            name: copy.execute(ROWS.format(name)).fetchone()[0]
            for name in sorted(names)
            if not name.startswith("sqlite_") and "_words" not in name
        }


def _paths(home: Path, work: Path, *, apart: bool) -> Iterator[tuple[Path, str]]:
    """Which files are backed up, and as what: the data folder's, and the uploads held before.

    ``apart``: recordings lie elsewhere, and what is left of them here is of before they were moved.
    """
    seen = set()
    left_out = LEFT_OUT | ({stored.FOLDER} if apart else set())
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        if name.split("/")[0] not in left_out and path.is_file() and not path.is_symlink():
            seen.add(name)
            yield path, name
    for path in sorted((work / "uploads").iterdir()):
        if f"uploads/{path.name}" not in seen:
            yield path, f"uploads/{path.name}"


def _put(
    repository: Repository, path: Path, name: str, before: dict[str, dict[str, Any]]
) -> tuple[dict[str, Any] | None, int]:
    """Store one file, or know it again; None where it has gone meanwhile."""
    try:
        stat = path.stat()
        known = before.get(name)
        # A recording is written once, beside its name: what has its size and its time is what was read before.
        if (
            known
            and name.startswith("recordings/")
            and (known["size"], known["mtime_ns"]) == (stat.st_size, stat.st_mtime_ns)
            and repository.has(known)
        ):
            return known, 0
        with path.open("rb") as stream:
            entry, new = repository.put(stream, stat.st_size)
    except FileNotFoundError:
        return None, 0
    return {"path": name, "mtime_ns": stat.st_mtime_ns, **entry}, new
