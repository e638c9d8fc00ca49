"""The clock: which versions serve is kept, and drift is said."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from webapp.accounts.models import Role, User
from webapp.analysis import kept_weights
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.hosts import link_to
from webapp.messages import writing
from webapp.messages.variables import link_made_by
from webapp.registry import drift
from webapp.registry.operations import register

logger = logging.getLogger(__name__)
#: How often it is looked at.
EVERY = timedelta(days=1)
link_made_by("drift", lambda _message: link_to("registry.index"))


def tell_admins(one: drift.Drift) -> None:
    """Tell every admin of a number that has drifted, once for each month that says so."""
    month, n, index = next(each for each in reversed(one.months) if each[2] is not None)
    what = f"{one.modality.value}, {one.side}: {one.name} ({index:.2f}, n = {n})"
    for admin in db.session.scalars(sa.select(User).filter_by(role=Role.ADMIN, active=True)):
        cause = f"drift:{one.modality.value}:{one.side}:{one.name}:{month}:{admin.id}"
        writing.to_person(admin, "drift", cause, facts={"what": what})


def keep_weights() -> None:
    """Keep the weights that serve; a full disk is said in the log and stops nothing else."""
    try:
        kept_weights.keep()
    except OSError as error:
        logger.warning("The weights of the installed models could not be kept: %s", error.strerror)


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Look once a day; the page, the log and a message to admins say what was found."""
    mark = Path(current_app.config["HOME"]) / "models_registered"
    if mark.exists() and now().timestamp() - mark.stat().st_mtime < EVERY.total_seconds():
        return 0
    mark.touch()
    register()
    db.session.commit()
    if current_app.config["KEEP_WEIGHTS"]:
        keep_weights()
    for each in drift.drifts():
        if each.state == "alarming":
            logger.warning("Drift: %s %s of %s readings is at or above %s", each.side, each.name, each.modality,
                           drift.ALARMING)  # fmt: skip
            tell_admins(each)
    db.session.commit()
    return 0
