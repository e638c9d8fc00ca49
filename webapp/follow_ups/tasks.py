"""What workers do for follow-ups."""

from __future__ import annotations

from celery import shared_task

from webapp.core import queues
from webapp.follow_ups import listening


@shared_task(name=queues.LISTEN, acks_late=True, time_limit=300, soft_time_limit=280)
def listen(recording_id: str) -> None:
    """Write down what has arrived of a recording, and decide once it is saved."""
    listening.listen(recording_id)
