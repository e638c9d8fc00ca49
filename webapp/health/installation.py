"""What an installation stands on: its tables, broker, storage and disk, each looked at by itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext
from kombu.exceptions import KombuError

from webapp.core import brokers, redis_broker
from webapp.core.database import db
from webapp.core.folder_storage import FolderStorage
from webapp.core.storage import bare
from webapp.health import backups, checks, looking, readiness, versions, work
from webapp.health.checks import Check
from webapp.health.words import gigabytes
from webapp.recordings.models import Recording

#: Bytes that must be free, so that recordings that arrive find room, and from which on it is time to think of more.
ROOM, PLENTY = 2 * 1024**3, 10 * 1024**3

#: What is looked at; each look brings Checks, but for the work that waits and the versions.
LOOKS: dict[str, Callable[[Flask], Any]] = {
    "database": lambda app: [checks.database(app)],
    "tables": lambda app: [tables()],
    "broker": lambda app: broker(app),
    "storage": lambda app: [storage(app)],
    "disk": lambda app: [disk(app)],
    "backup": lambda app: [backups.check(app)],
    "parts": checks.alive,
    "network": checks.network,
    "work": lambda app: work.waiting({part.name for part in checks.alive(app) if part.state == "stale"}),
    "versions": versions.all_of,
}


@dataclass(frozen=True)
class Found:
    """How everything is: its parts (the worst first), the work that waits, and what it is made of, by name."""

    checks: list[Check]
    work: list[work.Queue]
    versions: list[tuple[str, str]]


def look(app: Flask) -> Found:
    """Look at everything. What fails or does not answer in time is a broken part, and the others are said all the
    same."""
    found = looking.at(app, LOOKS)
    parts: list[Check] = []
    for name, said in found.items():
        if isinstance(said, TimeoutError):
            late = ngettext("No answer for %(num)s second.", "No answer for %(num)s seconds.", round(looking.PATIENCE))
            parts.append(Check(name, "failed", late, _("See the server's log.")))
        elif isinstance(said, Exception):
            parts.append(Check(name, "failed", _("It could not be looked at."), _("See the server's log.")))
        elif name not in ("work", "versions"):
            parts += said
    parts.sort(key=lambda check: -check.rank)
    work_found, made_of = (found[name] if isinstance(found[name], list) else [] for name in ("work", "versions"))
    return Found(parts, work_found, made_of)


def tables() -> Check:
    """Whether the tables are those that this program wants."""
    found, (wanted, behind) = readiness.revision(), readiness.revisions()
    if found == wanted:
        return Check("tables", "ok", _("They are up to date."))
    if found is None or found in behind:
        text = _("They are at migration %(found)s; this program wants %(wanted)s.", found=found or "–", wanted=wanted)
        return Check("tables", "failed", text, _("Run ./viva flask prepare."))
    return Check("tables", "note", _("They are newer than this program."), _("Finish the update on this machine too."))


def broker(app: Flask) -> list[Check]:
    """Whether the broker answers, and the messages that no worker could read."""
    try:
        with readiness.broker(app) as connection:
            where, number = _unreadable(app, connection)
    except (OSError, KombuError, *readiness.connection_errors(app.extensions["celery"])) as error:
        app.logger.warning("The broker does not answer: %s", type(error).__name__)
        text = _("It does not respond (%(error)s).", error=type(error).__name__)
        return [Check("broker", "failed", text, _("Start it again, or see its log. Waiting work is kept."))]
    found = [Check("broker", "ok", _("It responds."))]
    if number:
        found.append(
            Check(
                "messages",
                "note",
                ngettext(
                    "%(num)s message to workers could not be read: %(folder)s.",
                    "%(num)s messages to workers could not be read: %(folder)s.",
                    number,
                    folder=where,
                ),
                _("The work is sent again by itself. Delete them once you know where they come from."),
            )
        )
    return found


def _unreadable(app: Flask, connection: Any) -> tuple[str, int]:
    """Where messages lie that no worker could read, and how many."""
    kind = connection.transport.driver_type
    if kind == "redis":
        return redis_broker.UNREADABLE, int(connection.default_channel.client.llen(redis_broker.UNREADABLE))
    if kind == "amqp":
        declared = brokers.dead_letters()(connection.default_channel)
        declared.declare()
        return brokers.DEAD, int(declared.queue_declare(passive=True).message_count)
    folder = Path(app.config["HOME"]) / "broker" / "unreadable"
    return str(folder), len(list(folder.iterdir())) if folder.is_dir() else 0


def storage(app: Flask) -> Check:
    """Whether files can be read and written, and what recordings take up."""
    address = str(app.config["STORAGE"])
    try:
        backend = bare(app, address)
        backend.kinds()
        in_a_bucket = address.startswith("s3:")
        if isinstance(backend, FolderStorage) and not backend.is_writable():
            raise PermissionError(address)
    except PermissionError:
        return Check("storage", "failed", _("It cannot be written to."), _("Give it to the user who runs Viva."))
    except (OSError, RuntimeError, ValueError) as error:
        app.logger.warning("Storage does not answer: %s", type(error).__name__)
        text = _("It does not respond (%(error)s).", error=type(error).__name__)
        return Check("storage", "failed", text, _("Look at the disk, or at the S3 server and its credentials."))
    size = db.session.scalar(sa.select(sa.func.sum(Recording.received)).where(Recording.original_key.is_not(None)))
    used = _("Recordings, as they arrived: %(size)s.", size=gigabytes(size or 0))
    if not address or in_a_bucket or Path(address).resolve().is_relative_to(Path(app.config["HOME"]).resolve()):
        return Check("storage", "ok", used)  # the data folder's disk is looked at anyway
    return _with_room("storage", Path(address), used)


def disk(app: Flask) -> Check:
    """Room on the disk of the data folder, and whether it can be written to."""
    home = Path(app.config["HOME"])
    if not os.access(home, os.W_OK | os.X_OK):
        return Check("disk", "failed", _("It cannot be written to."), _("Give it to the user who runs Viva."))
    return _with_room("disk", home, "")


def _with_room(name: str, folder: Path, text: str) -> Check:
    while not folder.exists() and folder != folder.parent:  # nothing was stored yet
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    room = _("%(size)s are free.", size=gigabytes(free))
    text = f"{text} {room}".strip()
    if free > PLENTY:
        return Check(name, "ok", text)
    return Check(name, "note" if free > ROOM else "failed", text, _("Free up space soon."))
