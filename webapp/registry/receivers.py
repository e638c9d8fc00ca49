"""The clock: which versions serve is kept, and drift is said."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

from flask import current_app

from webapp.analysis import kept_weights
from webapp.core import events
from webapp.core.database import db, now
from webapp.registry import drift
from webapp.registry.operations import register

logger = logging.getLogger(__name__)
#: How often it is looked at.
EVERY = timedelta(days=1)


def keep_weights() -> None:
    """Keep the weights that serve; a full disk is said in the log and stops nothing else."""
    try:
        kept_weights.keep()
    except OSError as error:
        logger.warning("The weights of the installed models could not be kept: %s", error.strerror)


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Look once a day. Sends no message; the page and the log say what was found."""
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
    return 0
