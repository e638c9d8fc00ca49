"""The worker's side of this feature. Tasks take ids; the row says what happened."""

from __future__ import annotations

from celery import shared_task

from webapp.analysis import leases, runner
from webapp.core import queues
from webapp.core.leases import announce_by


@shared_task(name=queues.RUN_ANALYSIS, acks_late=True, time_limit=3600, soft_time_limit=3540)
def run(analysis_id: str) -> None:
    """Run one analysis, if it is still to be run."""
    runner.run(analysis_id)


announce_by(leases.WORK, lambda analysis_id: run.delay(analysis_id))
