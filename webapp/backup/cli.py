"""The command ``./viva backup``, and the second step of ``./viva restore``."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import with_appcontext

from webapp.backup import keys, making, removals, settling
from webapp.backup.keys import BackupError, DamagedError, Key
from webapp.backup.receivers import journal
from webapp.backup.repository import Repository
from webapp.backup.unpacking import NOTE
from webapp.core.data_folder import LAST_BACKUP
from webapp.core.environment import given
from webapp.core.file_broker import write_whole


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(backup)
    app.cli.add_command(settle_restore)


@click.command("backup")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--key", "key_file", metavar="FILE", envvar="VIVA_BACKUP_KEY", type=click.Path(path_type=Path))
@click.option("--keep-days", type=click.IntRange(1), metavar="N", help="Then remove snapshots older than N days.")
@click.option("--check", is_flag=True, help="Make none; read the newest back, and say how old the last good one is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def backup(folder: Path, key_file: Path | None, keep_days: int | None, check: bool, as_json: bool) -> None:
    """Back up the data folder into DIR, while Viva runs: encrypted, and only what is new.

    The key file is made by the first backup. Keep a copy of it apart: without it nothing can be restored.
    """
    home = Path(current_app.config["HOME"])
    try:
        if not current_app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
            raise BackupError(
                "This Viva has a database of its own (VIVA_DATABASE_URL): back it up by that one's tools."
            )
        if current_app.config["STORAGE"].startswith("s3:"):
            raise BackupError(
                "This Viva keeps its files in S3 (VIVA_STORAGE): back the bucket up by versions and replication."
            )
        key = _key(folder, key_file, check)
        repository = Repository(folder, key, make=not check)
        report: dict[str, Any] = (
            making.check(repository) if check else making.back_up(home, repository, key.secret, journal())
        )
        if keep_days and not check:
            report["expired"] = making.expire(repository, keep_days)
    except DamagedError as error:
        _end(str(error), 1)
    except BackupError as error:
        _end(str(error), 2)
    except (OSError, sqlite3.Error) as error:
        _end(f"The backup was not made ({error}).", 1)
    if not check:
        write_whole(home / LAST_BACKUP, report["at"].encode())
    if as_json:
        click.echo(json.dumps(report))
    elif check:
        for each in report["damaged"]:
            click.echo(f"Damaged: {each['snapshot']}: {each['reason']}")
        good = report["good"]
        click.echo(
            f"The last good backup is {good}, {report['age_seconds'] // 60} minutes old." if good else "No good backup."
        )
    else:
        sizes = f"{report['bytes']} bytes, {report['new_bytes']} of them new"
        click.echo(f"{report['snapshot']}: {report['files']} files, {sizes}.")
    sys.exit(1 if check and (report["damaged"] or not report["good"]) else 0)


def _key(folder: Path, path: Path | None, check: bool) -> Key:
    """The key, made where this is the first backup; it also keeps the installation's present secret."""
    if path is None:
        raise BackupError("Name the file with the key, which the first backup makes: --key FILE.")
    path = path.expanduser().resolve()
    home, root = Path(current_app.config["HOME"]).resolve(), folder.expanduser().resolve()
    if root.is_relative_to(home):
        raise BackupError("The backup would lie in the data folder that it is to save. Choose another place.")
    if path.is_relative_to(root) or path.is_relative_to(home):
        raise BackupError("The key must lie apart from the backup and from the data. Choose another place for it.")
    # A secret that comes by the environment is kept by whoever sets it.
    secret = "" if given("VIVA_SECRET_KEY") else str(current_app.config["SECRET_KEY"])
    if not path.exists():
        if check or (root / "key-id").exists():
            raise BackupError(f"There is no key file {path}, and this backup was made with one.")
        key = Key(os.urandom(32), secret)
        keys.save(path, key)
        click.echo(f"A new key lies in {path}. Keep a copy of it apart from the backup.", err=True)
        return key
    key = keys.load(path)
    if not check and key.secret != secret:
        key = Key(key.raw, secret)
        keys.save(path, key)
        click.echo(f"The secret of this Viva is in {path} now. Keep a copy of it apart from the backup.", err=True)
    return key


@click.command("settle-restore", hidden=True)
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def settle_restore(as_json: bool) -> None:
    """The second step of ``./viva restore``, on a folder that the first has filled."""
    home = Path(current_app.config["HOME"])
    note = home / NOTE
    report = json.loads(note.read_text("utf-8"))
    flask_migrate.upgrade()
    entries = removals.read([home / removals.JOURNAL])
    report |= settling.settle(entries, datetime.fromisoformat(report["at"]))
    report["journal_until"] = entries[-1]["at"] if entries else None
    note.unlink()
    if as_json:
        click.echo(json.dumps(report))
    else:
        click.echo(f"Restored {report['snapshot']}: {report['files']} files; every checksum fits.")
        again = ", ".join(f"{count} × {kind}" for kind, count in report["again"].items()) or "nothing was known"
        click.echo(f"Done again since then: {again}.")
        click.echo(
            f"{report['held_messages']} unsent messages are held: an admin sends or suppresses them (/messages)."
        )
        for each in report["failed"]:
            click.echo(f"Not done: {each['kind']} {each['id']}: {each['reason']}")
    sys.exit(1 if report["failed"] else 0)


def _end(message: str, status: int) -> NoReturn:
    click.echo(f"viva: {message}", err=True)
    sys.exit(status)
