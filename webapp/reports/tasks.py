"""The worker's side of this feature."""

from __future__ import annotations

from celery import shared_task

from webapp.core import queues
from webapp.core.database import db
from webapp.reports import operations


@shared_task(name=queues.BUILD_REPORT, acks_late=True, time_limit=300, soft_time_limit=280)
def build(interview_id: str) -> None:
    """Build an interview's report if all its analyses have finished."""
    operations.build(interview_id)
    db.session.commit()
