"""What workers do with the outbox."""

from __future__ import annotations

from celery import shared_task

from webapp.core import queues
from webapp.messages import delivery
from webapp.messages.models import Channel


@shared_task(name=queues.DELIVER_MESSAGES, acks_late=True, time_limit=600, soft_time_limit=580)
def deliver(channel: str) -> None:
    """Send what is due by one channel; the rows say what happened."""
    if delivery.drain(Channel(channel)):
        deliver.delay(channel)
