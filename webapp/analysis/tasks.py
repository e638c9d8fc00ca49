"""The worker's side of this feature. Tasks take ids; the row says what happened."""

from __future__ import annotations

import sqlalchemy as sa
from celery import shared_task

from webapp.analysis import leases, runner
from webapp.analysis.models import Analysis
from webapp.core import queues
from webapp.core.database import db
from webapp.core.leases import announce_by
from webapp.policy import Modality


@shared_task(name=queues.RUN_ANALYSIS, acks_late=True, time_limit=3600, soft_time_limit=3540)
def run(analysis_id: str) -> None:
    """Run the analysis of a face or a voice that is next in line: that of the message, or one that comes before it.

    Versions before December 2026 announce words here too: those go on to the queue that they now have.
    """
    if _modality_of(analysis_id) is Modality.TEXT:
        read_words.delay(analysis_id)
    else:
        runner.run_next(leases.FACES_AND_VOICES)


@shared_task(name=queues.READ_WORDS, acks_late=True, time_limit=3600, soft_time_limit=3540)
def read_words(_analysis_id: str) -> None:
    """Write down, where they were spoken, and read the words that are next in line."""
    runner.run_next(leases.WORDS)


def announce(analysis_id: str, modality: Modality | None) -> None:
    """Tell the workers who do it that an analysis waits; one that is no more needs nobody."""
    if modality is not None:
        (read_words if modality is Modality.TEXT else run).delay(analysis_id)


def _modality_of(analysis_id: str) -> Modality | None:
    with db.engine.connect() as connection:
        return connection.scalar(sa.select(Analysis.modality).where(Analysis.id == analysis_id))


announce_by(leases.WORK, lambda analysis_id: announce(analysis_id, _modality_of(analysis_id)))
