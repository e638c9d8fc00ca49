"""``./viva restore``, first step: the files of a snapshot into an empty folder, each compared with its checksum.

    python -m webapp.backup.unpacking BACKUP --into FOLDER --key FILE [--snapshot NAME] [--removals FILE]

Needs no application. The second step, on what lies there then, is settling.py.
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

from webapp.backup import keys, removals
from webapp.backup.keys import BackupError, DamagedError, Key
from webapp.backup.making import DATABASE, ROWS
from webapp.backup.repository import Repository
from webapp.core.environment import given

#: What the second step has to know.
NOTE = "restoring.json"


def unpack(repository: Repository, key: Key, to: Path, name: str = "", journals: list[Path] | None = None) -> Any:
    """Write a snapshot (the newest where none is named) into the empty folder ``to``; what was written.

    ``journals`` are further journals of removals, such as that of the machine that was lost; those of later snapshots
    are found by themselves. Raises BackupError, DamagedError.
    """
    names = repository.names()
    if not names:
        raise BackupError(f"There is no finished backup in {repository.root}.")
    name = name or names[-1]
    manifest = repository.manifest(name)
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    for entry in manifest["files"]:
        if entry["path"] != removals.JOURNAL:
            _write(repository, entry, to)
    _check_database(to / DATABASE, manifest["tables"])
    found = [_journal_of(repository, each, to) for each in names if each >= name]
    entries = removals.read([path for path in found if path] + (journals or []))
    for path in found:
        if path:
            path.unlink()
    for one in entries:
        removals.append(to / removals.JOURNAL, one)
    if key.secret:
        with os.fdopen(os.open(to / "secret_key", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(key.secret)
    report = {
        "snapshot": name,
        "at": manifest["at"],
        "files": len(manifest["files"]),
        "bytes": sum(entry["size"] for entry in manifest["files"]),
        "tables": manifest["tables"],
    }
    (to / NOTE).write_text(json.dumps(report), "utf-8")
    return report


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
    parser.add_argument("backup", type=Path, metavar="BACKUP", help="folder with the backups")
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
        unpack(Repository(options.backup, key), key, options.to, options.snapshot, options.removals)
    except DamagedError as error:
        print(f"viva: {error} Nothing was restored.", file=sys.stderr)
        return 1
    except BackupError as error:
        print(f"viva: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"viva: The backup could not be restored ({error}).", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
