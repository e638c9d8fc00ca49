"""What reports do about what happens in lower features (webapp/core/events.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.analysis.models import FINISHED, Analysis
from webapp.core import events
from webapp.core.database import after_commit, db
from webapp.reports import tasks
from webapp.reports.models import Report


@events.analyses_finished.connect
def build(_app: object, *, interview_id: str) -> None:
    """Have the report built. This is the one place that asks for it; the sweep makes up for lost messages."""
    after_commit(lambda: tasks.build.delay(interview_id))


@events.readings_deleted.connect
def forget(_app: object, *, interview_id: str, analysis_ids: list[str]) -> None:
    """Delete the report: what was combined from several readings may hold one that is gone."""
    db.session.execute(sa.delete(Report).where(Report.interview_id == interview_id))


@events.sweeping.connect
def build_missing(_app: object) -> int:
    """Build the reports of interviews whose analyses have all finished and whose report is missing or older."""
    unfinished = sa.func.sum(sa.case((Analysis.state.in_(FINISHED), 0), else_=1))
    query = (
        sa.select(Analysis.interview_id)
        .join(Report, Report.interview_id == Analysis.interview_id, isouter=True)
        .group_by(Analysis.interview_id, Report.built_at)
        .having(
            unfinished == 0,
            sa.or_(Report.built_at.is_(None), Report.built_at < sa.func.max(Analysis.finished_at)),
        )
    )
    with db.engine.connect() as connection:
        missing = connection.scalars(query).all()
    for interview_id in missing:
        tasks.build.delay(interview_id)
    return len(missing)
