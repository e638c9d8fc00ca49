"""What can be wrong with an installation, each looked at by itself. Nothing here says a secret or a name."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from webapp.core import liveness, proxies
from webapp.core.database import db

#: Seconds after which a part that was never heard of is no longer just starting.
STARTING = 120.0
#: Bytes that must be free, so that recordings that arrive find room.
ROOM = 2 * 1024**3
_BEGAN = time.monotonic()


@dataclass(frozen=True)
class Check:
    """One part: ``state`` is ok, starting, stale, failed or advice (which nobody needs to be woken for)."""

    name: str
    state: str
    text: str

    @property
    def is_fine(self) -> bool:
        return self.state in ("ok", "starting", "advice")


def parts(app: Flask) -> list[Check]:
    """What must work for answers to arrive and be read: the database, the clock, and the workers of each queue."""
    return [_database(app), *(_alive(name, age) for name, age in liveness.ages(app.config["HOME"]).items())]


def _database(app: Flask) -> Check:
    try:
        db.session.execute(sa.text("select 1"))
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        app.logger.exception("The database does not answer")
        return Check("database", "failed", "It does not answer. The server's log says more.")
    return Check("database", "ok", "It answers.")


def _alive(name: str, age: float | None) -> Check:
    if age is not None and age < liveness.STALE:
        return Check(name, "ok", f"It did something {age:.0f} seconds ago.")
    if time.monotonic() - _BEGAN < STARTING:
        return Check(name, "starting", "It has not reported yet; Viva began a moment ago.")
    heard = "It has never been heard of" if age is None else f"It was last heard of {_ago(age)} ago"
    return Check(name, "stale", f"{heard}. ./viva up starts it again by itself; if it stays so, its log says why.")


def _ago(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def storage(app: Flask) -> list[Check]:
    """Room on the disk, and messages that no worker could read."""
    free = shutil.disk_usage(app.config["HOME"]).free
    enough = free > ROOM
    room = f"{free / 1e9:.1f} GB are free where recordings are kept."
    found = [Check("disk", "ok" if enough else "failed", room if enough else f"{room} Make room soon.")]
    unreadable = Path(app.config["HOME"]) / "broker" / "unreadable"
    if unreadable.is_dir() and (number := sum(1 for _ in unreadable.iterdir())):
        found.append(Check("messages", "advice", f"{number} messages to workers could not be read: {unreadable}."))
    return found


def network(app: Flask) -> list[Check]:
    """A proxy that was not declared, and addresses without TLS."""
    found = []
    if not app.config["PROXIES"] and proxies.was_noticed(app.config["HOME"]):
        found.append(Check("proxy", "advice", proxies.ADVICE))
    if not (app.config["PUBLIC_URL"] or "").startswith("https://"):
        text = (
            "Pages are served without TLS: cookies have plain names and browsers give camera and microphone on this "
            "machine alone. For others put a proxy with TLS in front and set VIVA_PUBLIC_URL."
        )
        found.append(Check("tls", "advice", text))
    return found
