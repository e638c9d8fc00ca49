"""``./viva restore``, first step: the files of a snapshot into an empty folder, each compared with its checksum.

    python -m webapp.backup.unpacking BACKUP --into FOLDER --key FILE [--snapshot NAME] [--removals FILE]

Files of storage go where VIVA_STORAGE says. Tables of PostgreSQL are left in the folder for the second step, which has
the application that makes them: filling.py, and settling.py on what lies there then.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sqlite3
import sys
from pathlib import Path, PurePosixPath
from typing import Any

import sqlalchemy as sa

from webapp.backup import keys, removals, tables
from webapp.backup import media as stored
from webapp.backup.keys import BackupError, DamagedError, Key
from webapp.backup.making import DATABASE, ROWS
from webapp.backup.places import place_at
from webapp.backup.repository import Repository
from webapp.core.environment import given
from webapp.core.storage import Backend

#: What the second step has to know.
NOTE = "restoring.json"


def unpack(
    repository: Repository, key: Key, to: Path, name: str = "", journals: list[Path] | None = None,
    media: Backend | None = None,
) -> Any:  # fmt: skip
    """Write a snapshot (the newest where none is named) into the empty folder ``to``; what was written.

    ``journals`` are further journals of removals, such as that of the machine that was lost; those of later snapshots
    are found by themselves. Files of storage go into ``media``, where that is no folder of ``to``; what was put there
    is taken back when something is damaged. Raises BackupError, DamagedError.
    """
    names = repository.names()
    if not names:
        raise BackupError(f"There is no finished backup in {repository.address}.")
    name = name or names[-1]
    manifest = repository.manifest(name)
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        _write_files(repository, manifest, to, media)
        if DATABASE in {entry["path"] for entry in manifest["files"]}:
            _check_database(to / DATABASE, manifest["tables"])
        found = [_journal_of(repository, each, to) for each in names if each >= name]
    except BaseException:
        if media is not None:
            stored.clear(media)
        raise
    entries = removals.read([path for path in found if path] + (journals or []))
    for path in found:
        if path:
            path.unlink()
    for one in entries:
        removals.append(to / removals.JOURNAL, one)
    for file, content in (("secret_key", key.secret), (keys.KEYS, key.signing)):
        if content:
            with os.fdopen(os.open(to / file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
                stream.write(content)
    report = {
        "snapshot": name,
        "at": manifest["at"],
        "files": len(manifest["files"]),
        "bytes": sum(entry["size"] for entry in manifest["files"]),
        "tables": manifest["tables"],
    }
    note = report | {"manifest": manifest} if "postgresql" in manifest else report
    (to / NOTE).write_text(json.dumps(note), "utf-8")
    return report


def _write_files(repository: Repository, manifest: dict[str, Any], to: Path, media: Backend | None) -> None:
    for entry in manifest["files"]:
        if media is not None and entry["path"].startswith(f"{stored.FOLDER}/"):
            stored.restore(media, repository, entry, to)
        elif entry["path"] != removals.JOURNAL:
            _write(repository, entry, to)


def _write(repository: Repository, entry: dict[str, Any], to: Path, name: str = "") -> Path:
    inside = PurePosixPath(name or entry["path"])
    if inside.is_absolute() or ".." in inside.parts:
        raise DamagedError(f"{inside} would lie outside of the folder.")
    path = to / inside
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        repository.get(entry, stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.utime(path, ns=(entry["mtime_ns"], entry["mtime_ns"]))
    return path


def _journal_of(repository: Repository, name: str, to: Path) -> Path | None:
    """The journal of removals as a snapshot has it. One that is damaged is an error: what it says must not be lost."""
    for entry in repository.manifest(name)["files"]:
        if entry["path"] == removals.JOURNAL:
            return _write(repository, entry, to, f"{removals.JOURNAL}.{name}")
    return None


def _check_database(path: Path, tables: dict[str, int]) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        if (found := database.execute("pragma integrity_check").fetchone()[0]) != "ok":
            raise DamagedError(f"The database in the backup is damaged: {found}.")
        for name, rows in tables.items():
            (count,) = database.execute(ROWS.format(name)).fetchone()
            if count != rows:
                raise DamagedError(f"The table {name} has {count} rows, and had {rows}.")


def main(arguments: list[str] | None = None) -> int:
    """Run the step; its exit status. 0: done. 1: damaged. 2: asked for what there is not."""
    parser = argparse.ArgumentParser(prog="./viva restore", description="Restore a backup into an empty data folder.")
    parser.add_argument("backup", metavar="BACKUP", help="folder with the backups, or s3://bucket/prefix")
    parser.add_argument("--into", dest="to", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--key", type=Path, default=given("VIVA_BACKUP_KEY") or None, help="file with the key")
    parser.add_argument("--snapshot", default="", help="name of a snapshot (default: the newest)")
    parser.add_argument("--removals", type=Path, action="append", default=[], metavar="FILE")
    options = parser.parse_args(arguments)
    os.umask(0o077)
    try:
        if not options.key:
            raise BackupError("Name the file with the key: --key FILE.")
        if missing := [path for path in options.removals if not path.is_file()]:
            raise BackupError(f"There is no file {missing[0]}.")
        key = keys.load(Path(options.key))
        place = place_at(options.backup, given("VIVA_BACKUP_S3_ENDPOINT") or given("VIVA_S3_ENDPOINT"))
        repository = Repository(place, key)
        _check_kind(repository, options.snapshot)
        unpack(repository, key, options.to, options.snapshot, options.removals, _media(options.to))
    except DamagedError as error:
        print(f"viva: {error} Nothing was restored.", file=sys.stderr)
        return 1
    except BackupError as error:
        print(f"viva: {error}", file=sys.stderr)
        return 2
    except (OSError, sa.exc.SQLAlchemyError) as error:
        print(f"viva: The backup could not be restored ({error}).", file=sys.stderr)
        return 1
    return 0


def _check_kind(repository: Repository, name: str) -> None:
    """Raise BackupError where the settings name another kind of database than the backup is of."""
    manifest = repository.manifest(name or (repository.names() or [""])[-1])
    ours = given("VIVA_DATABASE_URL").startswith("postgres")
    if "postgresql" in manifest and not ours:
        raise BackupError("This is a backup of PostgreSQL. Name an empty database of it in VIVA_DATABASE_URL.")
    if "postgresql" not in manifest and given("VIVA_DATABASE_URL"):
        raise BackupError("This is a backup of the embedded database. Leave VIVA_DATABASE_URL out.")
    if ours:  # before anything is copied anywhere
        engine = sa.create_engine(given("VIVA_DATABASE_URL"))
        try:
            tables.check_empty(engine)
        finally:
            engine.dispose()


def _media(to: Path) -> Backend | None:
    """The storage that VIVA_STORAGE names, which has to be empty; None for the folder of the data folder."""
    address = given("VIVA_STORAGE").strip()
    if not address:
        return None
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    backend = stored.backend_at(address, given("VIVA_S3_ENDPOINT"), to)
    stored.check_empty(backend, address)
    return backend


if __name__ == "__main__":
    sys.exit(main())
