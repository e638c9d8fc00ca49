"""What can be wrong with an installation, each looked at by itself. Nothing here says a secret or a name."""

from __future__ import annotations

import time
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.core import liveness, proxies, queues
from webapp.core.database import db
from webapp.core.translation import translate_stored

#: Seconds after which a part that was never heard of is no longer just starting.
STARTING = 120.0
_BEGAN = time.monotonic()


NAMES = {
    "database": _l("Database"),
    "clock": _l("Scheduler"),
    queues.UPKEEP: _l("Worker for upkeep"),
    queues.QUICK: _l("Worker for short tasks"),
    queues.ANALYSIS: _l("Worker for analyses"),
    queues.TRANSCRIPTS: _l("Worker for transcripts"),
    queues.OUTBOX: _l("Worker for mail and webhooks"),
    "tables": _l("Tables"),
    "broker": _l("Broker"),
    "messages": _l("Unreadable messages"),
    "storage": _l("Storage"),
    "disk": _l("Disk"),
    "backup": _l("Backup"),
    "work": _l("Work that waits"),
    "versions": _l("Versions"),
    "proxy": _l("Proxy"),
    "tls": _l("Encryption (TLS)"),
}
STATES = {
    "ok": _l("OK"),
    "starting": _l("Starting"),
    "stale": _l("Broken"),
    "failed": _l("Broken"),
    "note": _l("Look at it"),
}


@dataclass(frozen=True)
class Check:
    """One part: ``state`` is ok, starting, stale, failed or note (which nobody needs to be woken for); ``text`` says
    how it is, ``do`` what to do next where something is not as it should be."""

    name: str
    state: str
    text: str
    do: str = ""

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
        return self.rank < 2

    @property
    def rank(self) -> int:
        """0: nothing to do; 1: somebody should look at it; 2: broken."""
        return {"ok": 0, "starting": 0, "note": 1}.get(self.state, 2)


def parts(app: Flask) -> list[Check]:
    """What must work for answers to arrive and be read: the database, the clock, and the workers of each queue."""
    return [database(app), *alive(app)]


def alive(app: Flask) -> list[Check]:
    """The clock, and the workers of each queue."""
    home = app.config["HOME"]
    workers = liveness.workers(home)
    return [_alive(name, age, workers.get(name, 0)) for name, age in liveness.ages(home).items()]


def database(app: Flask) -> Check:
    """Whether the database answers."""
    try:
        db.session.execute(sa.text("select 1"))
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        app.logger.exception("The database does not answer")
        return Check("database", "failed", _("It does not respond."), _("See the server's log."))
    return Check("database", "ok", _("It responds."))


def _alive(name: str, age: float | None, workers: int) -> Check:
    if age is not None and age < liveness.STALE:
        heard = ngettext("Active %(num)s second ago.", "Active %(num)s seconds ago.", round(age))
        number = ngettext("%(num)s worker.", "%(num)s workers.", workers) if workers else ""
        return Check(name, "ok", f"{heard} {number}".strip())
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
    return Check(name, "stale", heard, _("./viva up restarts it automatically. If this persists, see its log."))


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
