"""The worker's side of this feature. Tasks take ids; the row says what happened."""

from __future__ import annotations

from celery import shared_task

from webapp.analysis import operations


@shared_task(name="analysis.run", acks_late=True, time_limit=3600, soft_time_limit=3540)
def run(analysis_id: str) -> None:
    """Run one analysis, if it is still to be run."""
    operations.run(analysis_id)


@shared_task(name="analysis.sweep", acks_late=True, time_limit=120, soft_time_limit=100)
def sweep() -> None:
    """Queue again what nobody holds."""
    operations.sweep()
