"""The clock: which versions serve is kept, and drift is said."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

from flask import current_app

from webapp.core import events
from webapp.core.database import db, now
from webapp.registry import drift
from webapp.registry.operations import register

logger = logging.getLogger(__name__)
#: How often it is looked at.
EVERY = timedelta(days=1)


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Look once a day. Sends no message; the page and the log say what was found."""
    mark = Path(current_app.config["HOME"]) / "models_registered"
    if mark.exists() and now().timestamp() - mark.stat().st_mtime < EVERY.total_seconds():
        return 0
    mark.touch()
    register()
    db.session.commit()
    for each in drift.drifts():
        if each.state == "alarming":
            logger.warning("Drift: %s %s of %s readings is at or above %s", each.side, each.name, each.modality,
                           drift.ALARMING)  # fmt: skip
    return 0
