"""What can be wrong with an installation, each looked at by itself. Nothing here says a secret or a name."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.core import liveness, proxies, queues
from webapp.core.database import db
from webapp.core.pages import decimal
from webapp.core.translation import translate_stored

#: Seconds after which a part that was never heard of is no longer just starting.
STARTING = 120.0
#: Bytes that must be free, so that recordings that arrive find room.
ROOM = 2 * 1024**3
_BEGAN = time.monotonic()


NAMES = {
    "database": _l("Database"),
    "clock": _l("Scheduler"),
    queues.UPKEEP: _l("Worker for upkeep"),
    queues.QUICK: _l("Worker for short tasks"),
    queues.ANALYSIS: _l("Worker for analyses"),
    queues.OUTBOX: _l("Worker for mail and webhooks"),
    "disk": _l("Disk"),
    "messages": _l("Messages"),
    "proxy": _l("Proxy"),
    "tls": _l("Encryption (TLS)"),
}
STATES = {
    "ok": _l("OK"),
    "starting": _l("Starting"),
    "stale": _l("Not responding"),
    "failed": _l("Failed"),
    "note": _l("Note"),
}


@dataclass(frozen=True)
class Check:
    """One part: ``state`` is ok, starting, stale, failed or note (which nobody needs to be woken for)."""

    name: str
    state: str
    text: str

    @property
    def label(self) -> str:
        """The part's name on the page."""
        return str(NAMES.get(self.name, self.name))

    @property
    def state_label(self) -> str:
        """The state on the page."""
        return str(STATES.get(self.state, self.state))

    @property
    def is_fine(self) -> bool:
        """Whether nothing is wrong."""
        return self.state in ("ok", "starting", "note")


def parts(app: Flask) -> list[Check]:
    """What must work for answers to arrive and be read: the database, the clock, and the workers of each queue."""
    return [_database(app), *(_alive(name, age) for name, age in liveness.ages(app.config["HOME"]).items())]


def _database(app: Flask) -> Check:
    try:
        db.session.execute(sa.text("select 1"))
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        app.logger.exception("The database does not answer")
        return Check("database", "failed", _("It does not respond. See the server's log."))
    return Check("database", "ok", _("It responds."))


def _alive(name: str, age: float | None) -> Check:
    if age is not None and age < liveness.STALE:
        return Check(name, "ok", ngettext("Active %(num)s second ago.", "Active %(num)s seconds ago.", round(age)))
    if time.monotonic() - _BEGAN < STARTING:
        return Check(name, "starting", _("It has not reported yet; Viva started a moment ago."))
    if age is None:
        heard = _("It has never reported.")
    elif age < 7200:
        heard = ngettext(
            "It last reported %(num)s minute ago.", "It last reported %(num)s minutes ago.", round(age / 60)
        )
    else:
        heard = ngettext("It last reported %(num)s hour ago.", "It last reported %(num)s hours ago.", round(age / 3600))
    return Check(name, "stale", heard + " " + _("./viva up restarts it automatically. If this persists, see its log."))


def storage(app: Flask) -> list[Check]:
    """Room on the disk, and messages that no worker could read."""
    free = shutil.disk_usage(app.config["HOME"]).free
    enough = free > ROOM
    room = _("%(size)s GB are free where recordings are stored.", size=decimal(free / 1e9, 1))
    found = [Check("disk", "ok" if enough else "failed", room if enough else room + " " + _("Free up space soon."))]
    unreadable = Path(app.config["HOME"]) / "broker" / "unreadable"
    if unreadable.is_dir() and (number := len(list(unreadable.iterdir()))):
        found.append(
            Check(
                "messages",
                "note",
                ngettext(
                    "%(num)s message to workers could not be read: %(folder)s.",
                    "%(num)s messages to workers could not be read: %(folder)s.",
                    number,
                    folder=unreadable,
                ),
            )
        )
    return found


def network(app: Flask) -> list[Check]:
    """A proxy that was not declared, and addresses without TLS."""
    found = []
    if not app.config["PROXIES"] and proxies.was_noticed(app.config["HOME"]):
        found.append(Check("proxy", "note", translate_stored(proxies.ADVICE)))
    if not (app.config["PUBLIC_URL"] or "").startswith("https://"):
        text = _(
            "Pages are served without TLS: browsers allow camera and microphone only on this machine. For other "
            "machines, put a proxy with TLS in front and set VIVA_PUBLIC_URL."
        )
        found.append(Check("tls", "note", text))
    return found
