"""What is written because a moment has come: reminders, clocks that run out, the daily summary. Every half minute.

Each has a cause of its own, so that a clock that runs twice, or late, writes nothing twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
from celery import shared_task
from flask import Flask

from webapp.accounts.models import Role, User
from webapp.core import queues
from webapp.core.database import db, now
from webapp.core.zones import zone_named
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.interviews.status import inbox
from webapp.messages import outbox, relevance, writing
from webapp.policy.clocks import answer_clock, shortest
from webapp.positions.models import Position

_Row = TypeVar("_Row")

#: Before the deadline; a reminder is left out where the invitation is hardly older than it.
REMINDERS = {"2d": timedelta(days=2), "2h": timedelta(hours=2)}
#: The hour of the daily summary, in the reader's zone.
MORNING = 8
#: Whoever was not answered for so long is no longer reminded of.
LONG_AGO = timedelta(days=120)
#: Whoever owes more people than this an answer gets one message about all of them, once a week.
SINGLY = 10
#: How many messages are written before others may write.
AT_ONCE = 20
#: How many of a kind are written in one round; the rest half a minute later, so that workers get to other things.
A_ROUND = 300

#: What other features write by the clock: each is called with the moment, and the caller commits.
_others: list[Callable[[datetime], None]] = []


def also(write: Callable[[datetime], None]) -> None:
    """Have ``write`` called each time too."""
    if write not in _others:
        _others.append(write)


def init_app(app: Flask) -> None:
    """Put this on the clock."""
    app.extensions["celery"].conf.beat_schedule["remind"] = {
        "task": queues.REMIND,
        "schedule": 30.0,
        "options": {"expires": 60},
    }


@shared_task(name=queues.REMIND, acks_late=True, time_limit=300, soft_time_limit=280)
def remind() -> None:
    """Put what is due by the clock into the outbox."""
    run(now())


def run(moment: datetime) -> None:
    """Write what is due at ``moment``. Each part commits by itself."""
    for write in (reminders, answers_due, digests, *_others):
        write(moment)
        db.session.commit()


def reminders(moment: datetime) -> None:
    """Two days and two hours before a deadline, to those who have not submitted."""
    for which, before in REMINDERS.items():
        later = [each for each in REMINDERS.values() if each < before]
        until = moment + max(later, default=timedelta(0))
        query = (
            sa.select(Invitation)
            .outerjoin(Interview, Interview.invitation_id == Invitation.id)
            .where(
                Invitation.deadline > until,
                Invitation.deadline <= moment + before,
                Invitation.email != "",
                Invitation.revoked_at.is_(None),
                Invitation.withdrawn_at.is_(None),
                sa.or_(Interview.id.is_(None), Interview.state != InterviewState.SUBMITTED),
            )
        )
        due = [row for row in db.session.scalars(query).all() if row.created_at <= row.deadline - before * 1.25]
        causes = {row.id: writing.reminder_cause(row, which) for row in due}
        told = outbox.having_messages(causes.values())
        for batch in _batches([row for row in due if causes[row.id] not in told]):
            for row in batch:
                writing.reminder(row, which)
            db.session.commit()


def answers_due(moment: datetime) -> None:
    """To whoever invited somebody who is owed an answer: one for each, and one a week for all where they are many."""
    soonest = moment - timedelta(days=shortest() - writing.BEFORE.days)
    query = (
        relevance.unanswered()
        .outerjoin(Position, Position.id == Interview.position_id)
        .with_only_columns(
            Interview.id, Interview.submitted_at, Position.country, Position.region, Invitation.created_by_id
        )
        .where(Interview.submitted_at < soonest, Interview.submitted_at > moment - LONG_AGO)
        .order_by(Interview.submitted_at, Interview.id)
    )
    owed: dict[str, dict[str, str]] = defaultdict(dict)
    for interview_id, submitted_at, country, region, inviter in db.session.execute(query):
        place = region or country
        if submitted_at and (cause := writing.answer_due_cause(interview_id, submitted_at, place, moment)):
            owed[inviter][interview_id] = cause
    for inviter in [inviter for inviter, mine in owed.items() if len(mine) > SINGLY]:
        writing.answers_due(db.session.get_one(User, inviter), list(owed.pop(inviter)), moment)
        db.session.commit()
    causes = {each: cause for mine in owed.values() for each, cause in mine.items()}
    told = outbox.having_messages(causes.values())
    for batch in _batches([each for each, cause in causes.items() if cause not in told]):
        for interview in db.session.scalars(sa.select(Interview).where(Interview.id.in_(batch))):
            if interview.invitation is not None:
                writing.answer_due(interview.invitation, interview, moment)
        db.session.commit()


def _batches(rows: list[_Row]) -> Iterator[list[_Row]]:
    """A few at a time: whoever decides meanwhile waits for one batch and not for all."""
    return (rows[first : first + AT_ONCE] for first in range(0, len(rows[:A_ROUND]), AT_ONCE))


def digests(moment: datetime) -> None:
    """The daily summary, to whom it is eight in the morning."""
    for user in db.session.scalars(
        sa.select(User).where(User.active, User.role.in_([Role.RECRUITER, Role.ADMIN]))
    ).all():
        here = moment.astimezone(zone_named(user.time_zone) or zone_named("UTC"))
        cause = f"digest:{user.id}:{here:%Y-%m-%d}"
        if here.hour == MORNING and not outbox.has_message(cause):
            _digest(user, cause, moment)


def _digest(user: User, cause: str, moment: datetime) -> None:
    waiting = sum(entry.needs_review for entry in inbox(user).entries)
    rows = db.session.execute(relevance.unanswered().where(Invitation.created_by_id == user.id)).all()
    overdue = sum(
        interview.submitted_at is not None and answer_clock(interview.place).due(interview.submitted_at) < moment
        for _row, interview in rows
    )
    if waiting or overdue:
        facts = {"waiting": str(waiting), "overdue": str(overdue or "")}
        writing.to_person(user, "digest", cause, inside=False, facts=facts, expires_at=moment + timedelta(hours=12))
