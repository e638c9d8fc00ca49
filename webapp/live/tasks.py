"""The live room's housekeeping, by the clock of the quick worker."""

from __future__ import annotations

from celery import shared_task
from flask import Flask

from webapp.core import queues
from webapp.core.database import db
from webapp.live import guide, recording


def init_app(app: Flask) -> None:
    """Put the housekeeping on the clock."""
    app.extensions["celery"].conf.beat_schedule["live"] = {
        "task": queues.SETTLE_LIVE,
        "schedule": 5.0,
        "options": {"expires": 10},
    }


@shared_task(name=queues.SETTLE_LIVE, acks_late=True, time_limit=120, soft_time_limit=100)
def settle() -> None:
    """Hand in what was recorded, and tell of what was scored, in calls that are over."""
    recording.settle()
    guide.settle()
    db.session.commit()
