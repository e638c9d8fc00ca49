"""How long what is kept: clocks by class, organisation and place, and what the law adds to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.core.database import db, now
from webapp.core.personal_data import Kept
from webapp.core.security_log import record
from webapp.governance.models import LegalHold, RetentionRule
from webapp.interviews.models import Interview
from webapp.notices import keeping
from webapp.notices.keeping import Term
from webapp.policy.access import AtPlace, situation_of
from webapp.policy.acts import RULES
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


def clock(interview: Interview, kept: Kept, known: Iterable[RetentionRule] | None = None) -> Clock:
    """The clock of one class: the rule of the smallest place that has one; no longer than the law lets media and
    readings be kept, no shorter than it wants records kept. ``known``: all rules, where many clocks are asked for."""
    start = last_contact(interview)
    days = _days(interview.place or "", kept, interview.organisation_id, known)
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


def all_rules() -> list[RetentionRule]:
    """The rules of every organisation."""
    return list(db.session.scalars(sa.select(RetentionRule)))


def fewest_days(known: Iterable[RetentionRule]) -> int | None:
    """The days before which no clock of any interview ends; None where no clock runs at all."""
    by_law = [each.value * 365 for rule in RULES for each in rule.requires if each.duty is Duty.DESTROY and each.value]
    return min([rule.days for rule in known] + by_law, default=None)


def _days(
    place: str, kept: Kept, organisation_id: str | None, known: Iterable[RetentionRule] | None = None
) -> int | None:
    ours = (organisation_id, None)
    if known is None:
        known = db.session.scalars(
            sa.select(RetentionRule).where(
                sa.or_(RetentionRule.organisation_id == organisation_id, RetentionRule.organisation_id.is_(None))
            )
        )
    found = [rule for rule in known if rule.kept is kept and rule.organisation_id in ours]
    # The organisation's own rules come last, and count.
    found.sort(key=lambda rule: rule.organisation_id is not None)
    rules = {rule.place: rule.days for rule in found}
    return next((rules[code] for code in (*within(place), "") if code in rules), None)


def terms(place: str, organisation_id: str | None) -> dict[Kept, Term]:
    """How long an organisation keeps each class at a place, for people."""
    laws = in_force(situation_of(AtPlace(place)))
    found = {}
    for kept in Kept:
        duty = Duty.RECORDS if kept is Kept.RECORDS else Duty.DESTROY
        years = [each.value for rule in laws for each in rule.requires if each.duty is duty and each.value]
        destroyed = min(years) if years and duty is Duty.DESTROY else None
        found[kept] = Term(
            _days(place, kept, organisation_id), destroyed, max(years) if years and duty is Duty.RECORDS else None
        )
    return found


def is_held(interview_id: str) -> bool:
    """Whether a legal hold keeps an interview."""
    there = sa.exists().where(LegalHold.interview_id == interview_id, LegalHold.ended_at.is_(None))
    return bool(db.session.scalar(sa.select(there)))


def set_rule(kept: Kept, days: int | None, *, place: str = "", by: User) -> None:
    """Keep a class for so many days (1 to 3660) at a place, or everywhere; None takes the rule away. Logged."""
    row = db.session.scalar(
        sa.select(RetentionRule).filter_by(kept=kept, place=place, organisation_id=by.organisation_id)
    )
    if row is not None:
        db.session.delete(row)
        db.session.flush()
    if days is not None:
        db.session.add(
            RetentionRule(place=place, kept=kept, days=days, by_id=by.id, organisation_id=by.organisation_id)
        )
        db.session.flush()
    record("retention set", kept=kept.value, days=days, place=place or None, by=by.id)


def rules(organisation_id: str | None, place: str = "") -> dict[Kept, int]:
    """The days of each class for which an organisation has a rule for everywhere, or for one place."""
    found = db.session.scalars(sa.select(RetentionRule).filter_by(organisation_id=organisation_id, place=place))
    return {row.kept: row.days for row in found}


def places_with_rules(organisation_id: str | None) -> list[str]:
    """The places for which an organisation has rules of their own."""
    query = sa.select(RetentionRule.place).where(
        RetentionRule.organisation_id == organisation_id, RetentionRule.place != ""
    )
    return sorted(set(db.session.scalars(query)))


def hold(interview_id: str, reason: str, *, by: User) -> LegalHold:
    """Keep everything of an interview until the hold ends. Logged."""
    row = LegalHold(interview_id=interview_id, reason=reason.strip(), by_id=by.id)
    db.session.add(row)
    db.session.flush()
    record("held", interview=interview_id, by=by.id)
    return row


def end_holds(interview_id: str, *, by: User) -> None:
    """Let the holds on an interview end. A second time changes nothing."""
    query = sa.select(LegalHold).where(LegalHold.interview_id == interview_id, LegalHold.ended_at.is_(None))
    if rows := list(db.session.scalars(query)):
        for row in rows:
            row.ended_at = now()
        db.session.flush()
        record("hold ended", interview=interview_id, by=by.id)


def held(organisation_id: str) -> list[LegalHold]:
    """The holds that last on interviews of an organisation, the newest first."""
    query = (
        sa.select(LegalHold)
        .join(Interview, Interview.id == LegalHold.interview_id)
        .where(Interview.organisation_id == organisation_id, LegalHold.ended_at.is_(None))
        .order_by(LegalHold.since.desc())
    )
    return list(db.session.scalars(query))


keeping.known_by(terms)
