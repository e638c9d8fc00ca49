"""The worker's side of this feature. Tasks take ids; the row says what happened."""

from __future__ import annotations

from celery import shared_task

from webapp.analysis import leases, runner
from webapp.core import queues
from webapp.core.leases import announce_by


@shared_task(name=queues.RUN_ANALYSIS, acks_late=True, time_limit=3600, soft_time_limit=3540)
def run(_analysis_id: str) -> None:
    """Run the analysis that is next in line: that of the message, or one that comes before it."""
    runner.run_next()


announce_by(leases.WORK, lambda analysis_id: run.delay(analysis_id))
