"""The demonstration's candidates: a worker answers in their place, by the same steps as real ones."""

from __future__ import annotations

from pathlib import Path

from celery import shared_task
from celery.signals import worker_ready
from flask import current_app

from webapp.core import queues
from webapp.demo.candidates import answer_all


@shared_task(name=queues.ANSWER_DEMO, acks_late=True, time_limit=900, soft_time_limit=840)
def answer() -> None:
    """Answer the demonstration's invitations and submit, from wherever an earlier try was interrupted."""
    if _is_here():
        answer_all()


@worker_ready.connect
def begin(sender: object, **_details: object) -> None:
    """Whenever a worker starts, have what is left of the demonstration answered."""
    answer.delay()


def _is_here() -> bool:
    return (Path(current_app.config["HOME"]) / "demo.json").is_file()
