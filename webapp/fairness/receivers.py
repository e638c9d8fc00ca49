"""The clock: at the beginning of each quarter a report of the year before, for each organisation that interviewed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from webapp.core import events
from webapp.core.database import db, now
from webapp.fairness.models import BiasReport
from webapp.fairness.operations import make_report
from webapp.interviews.models import Interview, InterviewState


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Make what is due. Sends no message."""
    today = now().date()
    mark = Path(current_app.config["HOME"]) / "bias_reports_made"
    quarter = f"{quarter_of(today):%Y-%m-%d}"
    if mark.exists() and mark.read_text("ascii") == quarter:
        return 0
    make_due(today)
    db.session.commit()
    mark.write_text(quarter, "ascii")
    return 0


def quarter_of(day: date) -> date:
    """The first day of a day's quarter."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def make_due(today: date) -> int:
    """Make the reports of the year that ended with the last quarter, where there are none yet; how many. Flushes."""
    until = quarter_of(today) - timedelta(days=1)
    since = (
        date(until.year - 1, until.month, until.day) + timedelta(days=1) if until.month != 2 else until - timedelta(364)
    )
    organisations = db.session.scalars(
        sa.select(Interview.organisation_id)
        .where(Interview.state == InterviewState.SUBMITTED, Interview.organisation_id.is_not(None))
        .distinct()
    ).all()
    there = set(db.session.scalars(sa.select(BiasReport.organisation_id).filter_by(until=until, scheduled=True)))
    due = [each for each in organisations if each is not None and each not in there]
    for organisation_id in due:
        make_report(organisation_id, since, until, scheduled=True)
    return len(due)
