"""Saying who one is, and making reports. Nothing here commits."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.core.security_log import record
from webapp.fairness import report
from webapp.fairness.categories import Ethnicity, Sex
from webapp.fairness.models import BiasReport, SelfIdentification
from webapp.fairness.sealing import opened, seal, token_of
from webapp.interviews.models import Interview


class ReportError(ValueError):
    """No report can be made of this; the message is for a person."""


def identify(interview: Interview, sex: Sex, ethnicity: Ethnicity) -> None:
    """Keep what the candidate says of themselves; what they said before is gone. It is in no log."""
    token = token_of(interview.id)
    row = db.session.get(SelfIdentification, token)
    nonce, sealed = seal(token, sex, ethnicity)
    if row is None:
        db.session.add(SelfIdentification(token=token, nonce=nonce, sealed=sealed))
    else:
        row.nonce, row.sealed = nonce, sealed
    db.session.flush()


def forget(interview: Interview) -> None:
    """Take back what the candidate said of themselves."""
    db.session.execute(sa.delete(SelfIdentification).where(SelfIdentification.token == token_of(interview.id)))


def said(interview: Interview) -> tuple[Sex, Ethnicity] | None:
    """What the candidate said of themselves, for them alone; None where they did not."""
    row = db.session.get(SelfIdentification, token_of(interview.id))
    return opened(row.token, row.nonce, row.sealed) if row is not None else None


def make_report(
    organisation_id: str, since: date, until: date, *, by: User | None = None, scheduled: bool = False
) -> BiasReport:
    """Count, and keep the numbers. Days are in UTC, both included."""
    row = BiasReport(
        organisation_id=organisation_id,
        since=since,
        until=until,
        by_id=by.id if by else None,
        scheduled=scheduled,
        body=report.body(organisation_id, since, until),
    )
    db.session.add(row)
    db.session.flush()
    record("bias report made", report=row.id, by=by.id if by else None)
    return row
