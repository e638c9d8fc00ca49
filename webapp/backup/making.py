"""Making a backup while Viva runs.

The database is copied first, by SQLite's own backup, and files after it: a row that was copied has its file, unless
what it belongs to was erased meanwhile, which the journal of removals (copied last) says. Uploads that are still
arriving are held by hard links before, so that none is missed that becomes a recording in between.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from webapp.backup.keys import DamagedError
from webapp.backup.removals import JOURNAL
from webapp.backup.repository import Repository

#: What is not worth keeping, belongs to running processes alone, or is the key that lies apart.
LEFT_OUT = {
    "viva.db", "viva.db-wal", "viva.db-shm", "viva.lock", "secret_key", "broker", "health", "prepared", "audit_head",
    "backup-work", "before-update.db", "retention_swept", JOURNAL,
}  # fmt: skip
DATABASE = "viva.db"
#: Asks how many rows a table has.
ROWS = 'select count(*) from "{}"'


def back_up(home: Path, repository: Repository, secret: str = "", journal: Path | None = None) -> dict[str, Any]:
    """Make one snapshot of the data folder ``home`` and of the ``journal`` of removals; its name and counts.

    Raises OSError, BackupError and sqlite3.Error.
    """
    began = datetime.now(UTC)
    work = home / "backup-work"
    with repository.locked():
        shutil.rmtree(work, ignore_errors=True)
        (work / "uploads").mkdir(parents=True, mode=0o700)
        try:
            before = _newest_files(repository)
            _hold_uploads(home / "uploads", work / "uploads")
            _copy_database(home / DATABASE, work / DATABASE)
            files, new = [], 0
            for path, name in _paths(home, work, journal or home / JOURNAL):
                entry, added = _put(repository, path, name, before)
                if entry is not None:
                    files.append(entry)
                    new += added
            manifest = {
                "format": 1,
                "at": began.isoformat(),
                "secret_hash": hashlib.sha256(secret.encode()).hexdigest() if secret else "",
                "tables": _tables(work / DATABASE),
                "files": files,
            }
            name = repository.add(manifest, began)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    total = sum(entry["size"] for entry in files)
    return {"snapshot": name, "at": began.isoformat(), "files": len(files), "bytes": total, "new_bytes": new}


def expire(repository: Repository, days: int, moment: datetime | None = None) -> dict[str, int]:
    """Remove snapshots older than so many days, never the newest; how many, and the bytes that freed."""
    until = f"{(moment or datetime.now(UTC)) - timedelta(days=days):%Y%m%dT%H%M%S.%fZ}"
    with repository.locked():
        old = [name for name in repository.names()[:-1] if name < until]
        return {"removed": len(old), "freed_bytes": repository.forget(old) if old else 0}


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


def _paths(home: Path, work: Path, journal: Path) -> Iterator[tuple[Path, str]]:
    """What is backed up, and as what: the copied database, all other files, uploads held before, and the journal."""
    yield work / DATABASE, DATABASE
    seen = set()
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        if name.split("/")[0] not in LEFT_OUT and path.is_file() and not path.is_symlink():
            seen.add(name)
            yield path, name
    for path in sorted((work / "uploads").iterdir()):
        if f"uploads/{path.name}" not in seen:
            yield path, f"uploads/{path.name}"
    yield journal, JOURNAL


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
