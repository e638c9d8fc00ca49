"""What workers do for clips."""

from __future__ import annotations

from celery import shared_task

from webapp.clips import preparing
from webapp.core import leases, queues


@shared_task(name=queues.PREPARE_CLIP, acks_late=True, time_limit=1800, soft_time_limit=1740)
def prepare(clip_id: str) -> None:
    """Check a clip and write its captions."""
    preparing.prepare(clip_id)


leases.announce_by(preparing.WORK, lambda clip_id: prepare.delay(clip_id))
