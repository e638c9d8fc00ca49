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
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import with_appcontext

from webapp.backup import filling, keys, making, media, removals, settling, tables
from webapp.backup.keys import BackupError, DamagedError, Key
from webapp.backup.places import place_at
from webapp.backup.receivers import journal
from webapp.backup.repository import Repository
from webapp.backup.unpacking import NOTE
from webapp.core.data_folder import LAST_BACKUP, LAST_CHECK
from webapp.core.database import db, now
from webapp.core.environment import given
from webapp.core.file_broker import write_whole


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(backup)
    app.cli.add_command(settle_restore)


@click.command("backup")
@click.argument("address", metavar="DIR|s3://BUCKET/PREFIX")
@click.option("--key", "key_file", metavar="FILE", envvar="VIVA_BACKUP_KEY", type=click.Path(path_type=Path))
@click.option("--keep-days", type=click.IntRange(1), metavar="N", help="Then remove snapshots older than N days.")
@click.option("--check", is_flag=True, help="Make none; read the newest back, and say how old the last good one is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def backup(address: str, key_file: Path | None, keep_days: int | None, check: bool, as_json: bool) -> None:
    """Back up the database, recordings and the data folder, while Viva runs: encrypted, and only what is new.

    The key file is made by the first backup. Keep a copy of it apart: without it nothing can be restored.
    """
    home = Path(current_app.config["HOME"])
    try:
        place = place_at(address, current_app.config["BACKUP_S3_ENDPOINT"] or current_app.config["S3_ENDPOINT"])
        key = _key(address, place.has("key-id"), key_file, check)
        repository = Repository(place, key, make=not check)
        report: dict[str, Any] = making.check(repository) if check else _make(home, repository, key)
        if check:
            found = {"at": now().isoformat(), "good": bool(report["good"]), "damaged": len(report["damaged"])}
            write_whole(home / LAST_CHECK, json.dumps(found).encode())
        else:
            write_whole(home / LAST_BACKUP, report["at"].encode())
        if keep_days and not check:
            report["expired"] = making.expire(repository, keep_days)
    except DamagedError as error:
        _end(str(error), 1)
    except BackupError as error:
        _end(str(error), 2)
    except (OSError, sqlite3.Error, sa.exc.SQLAlchemyError) as error:
        _end(f"The backup could not be {'read' if check else 'made'} ({error}).", 1)
    damaged = report["damaged"] if check else report.get("expired", {}).get("damaged", [])
    for each in damaged:
        click.echo(f"Damaged: {each['snapshot']}: {each['reason']}", err=as_json)
    if as_json:
        click.echo(json.dumps(report))
    elif check:
        good = report["good"]
        click.echo(
            f"The last good backup is {good}, {report['age_seconds'] // 60} minutes old." if good else "No good backup."
        )
    else:
        sizes = f"{report['bytes']} bytes, {report['new_bytes']} of them new"
        click.echo(f"{report['snapshot']}: {report['files']} files, {sizes}.")
    sys.exit(1 if damaged or (check and not report["good"]) else 0)


def _make(home: Path, repository: Repository, key: Key) -> dict[str, Any]:
    """One snapshot of wherever this installation keeps its database and its files."""
    address = current_app.config["STORAGE"]
    return making.back_up(
        home,
        repository,
        key.secret,
        journal(),
        server=db.engine if tables.is_postgresql(db.engine) else None,
        media=media.backend_at(address, current_app.config["S3_ENDPOINT"], home) if address else None,
    )


def _key(address: str, exists: bool, path: Path | None, check: bool) -> Key:
    """The key, made where this is the first backup; it also keeps the installation's present secret and keys."""
    if path is None:
        raise BackupError("Name the file with the key, which the first backup makes: --key FILE.")
    path = path.expanduser().resolve()
    home = Path(current_app.config["HOME"]).resolve()
    root = None if address.startswith("s3:") else Path(address).expanduser().resolve()
    if root is not None and root.is_relative_to(home):
        raise BackupError("The backup would lie in the data folder that it is to save. Choose another place.")
    if path.is_relative_to(home) or (root is not None and path.is_relative_to(root)):
        raise BackupError("The key must lie apart from the backup and from the data. Choose another place for it.")
    # A secret that comes by the environment is kept by whoever sets it.
    kept = not given("VIVA_SECRET_KEY")
    secret = str(current_app.config["SECRET_KEY"]) if kept else ""
    signing = (home / keys.KEYS).read_text("utf-8") if kept and (home / keys.KEYS).is_file() else ""
    if not path.exists():
        if check or exists:
            raise BackupError(f"There is no key file {path}, and this backup was made with one.")
        key = Key(os.urandom(32), secret, signing)
        keys.save(path, key)
        click.echo(f"A new key lies in {path}. Keep a copy of it apart from the backup.", err=True)
        return key
    key = keys.load(path)
    if not check and (key.secret, key.signing) != (secret, signing):
        key = Key(key.raw, secret, signing)
        keys.save(path, key)
        click.echo(f"The present keys of this Viva are in {path} now. Keep a copy of it apart.", err=True)
    return key


@click.command("settle-restore", hidden=True)
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def settle_restore(as_json: bool) -> None:
    """The second step of ``./viva restore``, on a folder that the first has filled."""
    home = Path(current_app.config["HOME"])
    note = home / NOTE
    report = json.loads(note.read_text("utf-8"))
    manifest = report.pop("manifest", None)
    try:
        if manifest:
            filling.fill(db.engine, manifest, home)
    except (DamagedError, BackupError, sa.exc.SQLAlchemyError) as error:
        _clear_storage(home)
        _end(f"{error} Nothing was restored.", 1 if isinstance(error, DamagedError) else 2)
    try:
        flask_migrate.upgrade()
        entries = removals.read([home / removals.JOURNAL])
        report |= settling.settle(entries, datetime.fromisoformat(report["at"]))
    except BaseException:
        # Without this step whoever was erased would be back: what is no part of the folder goes, too.
        db.session.rollback()
        if manifest:
            tables.empty(db.engine)
        _clear_storage(home)
        raise
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


def _clear_storage(home: Path) -> None:
    """Take back what the first step put into a storage that was empty."""
    if address := current_app.config["STORAGE"]:
        media.clear(media.backend_at(address, current_app.config["S3_ENDPOINT"], home))


def _end(message: str, status: int) -> NoReturn:
    click.echo(f"viva: {message}", err=True)
    sys.exit(status)
