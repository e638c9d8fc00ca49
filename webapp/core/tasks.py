"""The task of the clock that belongs to no feature."""

from __future__ import annotations

from celery import shared_task

from webapp.core import events, queues


@shared_task(name=queues.SWEEP, acks_late=True, time_limit=120, soft_time_limit=100)
def sweep() -> None:
    """Have every feature queue again what nobody holds."""
    events.send_sweep()
