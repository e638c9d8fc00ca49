"""How long what is kept: clocks by class, organisation and place, and what the law adds to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from webapp.core.database import db
from webapp.core.personal_data import Kept
from webapp.governance.models import LegalHold, RetentionRule
from webapp.interviews.models import Interview
from webapp.policy.access import situation_of
from webapp.policy.codes import within
from webapp.policy.law import in_force
from webapp.policy.rules import Duty

#: A year, as clocks count it: no earlier than the calendar's.
YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Clock:
    """When a class of an interview's data is due to go (None: no clock), and when it may go at the earliest (None:
    any time)."""

    due: datetime | None
    not_before: datetime | None


def last_contact(interview: Interview) -> datetime:
    """From when clocks run."""
    return interview.submitted_at or interview.started_at


def clock(interview: Interview, kept: Kept) -> Clock:
    """The clock of one class: the rule of the smallest place that has one; no longer than the law lets media and
    readings be kept, no shorter than it wants records kept."""
    start = last_contact(interview)
    days = _days(interview.place or "", kept)
    due = start + timedelta(days=days) if days is not None else None
    laws = in_force(situation_of(interview, start.date())) if interview.place else []
    asked = [each for rule in laws for each in rule.requires if each.value]
    if kept is Kept.RECORDS:
        years = [each.value or 0 for each in asked if each.duty is Duty.RECORDS]
        not_before = start + max(years) * YEAR if years else None
        return Clock(max(due, not_before) if due and not_before else due, not_before)
    years = [each.value or 0 for each in asked if each.duty is Duty.DESTROY]
    by_law = start + min(years) * timedelta(days=365) if years else None
    return Clock(min(due, by_law) if due and by_law else due or by_law, None)


def _days(place: str, kept: Kept) -> int | None:
    rules = {rule.place: rule.days for rule in db.session.scalars(sa.select(RetentionRule).filter_by(kept=kept))}
    return next((rules[code] for code in (*within(place), "") if code in rules), None)


def is_held(interview_id: str) -> bool:
    """Whether a legal hold keeps an interview."""
    there = sa.exists().where(LegalHold.interview_id == interview_id, LegalHold.ended_at.is_(None))
    return bool(db.session.scalar(sa.select(there)))
