"""When everything that can be analysed of an interview has been: the one place that knows it, and that says so."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.analysis.models import FINISHED, Analysis
from webapp.core import events
from webapp.core.database import db


def is_finished(interview_id: str) -> bool:
    """Whether no analysis of the interview is left to wait for, as the present transaction sees it."""
    waiting = sa.select(Analysis.id).where(Analysis.interview_id == interview_id, Analysis.state.not_in(FINISHED))
    return db.session.scalar(waiting.limit(1)) is None


def announce_if_finished(interview_id: str) -> None:
    """Send ``analyses_finished`` where nothing is left to wait for. The caller commits."""
    if is_finished(interview_id):
        events.send(events.analyses_finished, interview_id=interview_id)
