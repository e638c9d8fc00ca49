"""What stands where in the list of interviews: the status of each, the rank by which what needs doing comes first, and
how many there are of each. Nothing that a model said is in it.

Each rank has an order of its own, which an index has too: a page of a hundred thousand is read from where it begins,
and what is closed, which is most, is counted by indexes alone.
"""

from __future__ import annotations

import enum
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.core.database import db, now
from webapp.interviews.answering import GRACE
from webapp.interviews.filters import Status
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.interviews.operations import invitations_of
from webapp.organisations.access import Right, allowed
from webapp.policy import Mode
from webapp.positions.models import ReviewState
from webapp.positions.operations import at_teams

#: A deadline that passed within this time is worth a look: extend it, or let it be.
LATELY = timedelta(days=14)

#: When the report of a submitted interview is there. Reports know interviews, not the other way round, so they say.
_ready: list[sa.ColumnElement[bool]] = []


def ready_when(condition: sa.ColumnElement[bool]) -> None:
    """Say by which condition on Interview's row its report is there to open; the last word counts."""
    _ready[:] = [condition]


class Rank(enum.IntEnum):
    """What needs doing first: answers to review, the longest waiting first; what has just expired; then what is on its
    way, by deadline; last what is closed, the newest first."""

    REVIEW = 0
    LATE = 1
    ANALYSING = 2
    ON_ITS_WAY = 3
    CLOSED = 4


#: How many there are of each status and rank.
Tally = Counter[tuple[Status, Rank]]


def _is_expired() -> sa.ColumnElement[bool]:
    """As the candidate is told: an interview that was begun in time goes on for the grace (answering.is_over)."""
    moment = now()
    begun = sa.and_(Interview.id.is_not(None), Invitation.deadline > moment - GRACE)
    return sa.and_(Invitation.deadline <= moment, sa.not_(begun))


def _is_submitted() -> sa.ColumnElement[bool]:
    return Interview.state == InterviewState.SUBMITTED


def _is_decided() -> sa.ColumnElement[bool]:
    return sa.func.coalesce(Interview.review_state == ReviewState.DECIDED, sa.false())


def _is_closed() -> sa.ColumnElement[bool]:
    return sa.or_(Invitation.withdrawn_at.is_not(None), Invitation.revoked_at.is_not(None))


def status() -> sa.Case[str]:
    """The status of a row of Invitation, outer joined with Interview. What people have decided waits for no report."""
    return sa.case(
        (Invitation.withdrawn_at.is_not(None), Status.WITHDRAWN.value),
        (sa.and_(_is_submitted(), sa.or_(Interview.review_state == ReviewState.DECIDED, *_ready)), Status.READY.value),
        (_is_submitted(), Status.ANALYSING.value),
        (Invitation.revoked_at.is_not(None), Status.REVOKED.value),
        (_is_expired(), Status.EXPIRED.value),
        (Interview.id.is_not(None), Status.IN_PROGRESS.value),
        else_=Status.INVITED.value,
    )


def in_rank(query: sa.Select[Any], rank: Rank) -> sa.Select[Any]:
    """What of a query over Invitation, outer joined with Interview, is of one rank, in the order of that rank."""
    moment = now()
    undecided = (
        _is_submitted(), Interview.review_state != ReviewState.DECIDED, Invitation.withdrawn_at.is_(None)
    )  # fmt: skip
    unanswered = sa.or_(Interview.id.is_(None), Interview.state != InterviewState.SUBMITTED)
    unclosed = (Invitation.withdrawn_at.is_(None), Invitation.revoked_at.is_(None), unanswered)
    newest = (Invitation.created_at.desc(), Invitation.id)
    if rank is Rank.REVIEW:
        return query.where(*undecided, *_ready).order_by(Interview.submitted_at, *newest)
    if rank is Rank.ANALYSING:
        return query.where(*undecided, *(sa.not_(each) for each in _ready)).order_by(Interview.submitted_at, *newest)
    if rank is Rank.LATE:
        lately = Invitation.deadline > moment - LATELY
        return query.where(*unclosed, _is_expired(), lately).order_by(Invitation.deadline, *newest)
    if rank is Rank.ON_ITS_WAY:
        soon = Invitation.deadline > moment - GRACE
        return query.where(*unclosed, soon, sa.not_(_is_expired())).order_by(Invitation.deadline, *newest)
    late = sa.and_(_is_expired(), Invitation.deadline <= moment - LATELY)
    over = sa.or_(
        Invitation.withdrawn_at.is_not(None),
        sa.and_(_is_submitted(), _is_decided()),
        sa.and_(unanswered, sa.or_(Invitation.revoked_at.is_not(None), late)),
    )
    return query.where(over).order_by(*newest)


def _rank() -> sa.Case[int]:
    label = status()
    return sa.case(
        (sa.and_(label == Status.READY.value, sa.not_(_is_decided())), Rank.REVIEW.value),
        (sa.and_(label == Status.EXPIRED.value, Invitation.deadline > now() - LATELY), Rank.LATE.value),
        (label == Status.ANALYSING.value, Rank.ANALYSING.value),
        (label.in_((Status.IN_PROGRESS.value, Status.INVITED.value)), Rank.ON_ITS_WAY.value),
        else_=Rank.CLOSED.value,
    )


def tally(query: sa.Select[Any]) -> Tally:
    """How many there are of each status and rank in a query over Invitation, outer joined with Interview: every row is
    looked at."""
    label, rank = status(), _rank()
    counted = query.with_only_columns(label, rank, sa.func.count()).group_by(label, rank)
    return Counter({(Status(value), Rank(number)): count for value, number, count in db.session.execute(counted)})


def tally_of_everything(user: User) -> Tally:
    """The same of all that ``user`` may see. Row by row is looked at what is open alone; what is closed is counted by
    indexes, and what expired long ago is the rest."""
    invitations = invitations_of(user)
    joined = invitations.outerjoin(Interview, Interview.invitation_id == Invitation.id)
    submitted = _submitted_of(user)
    withdrawn, revoked = Invitation.withdrawn_at.is_not(None), Invitation.revoked_at.is_not(None)
    unanswered = sa.or_(Interview.id.is_(None), Interview.state != InterviewState.SUBMITTED)
    everybody, answered, gone, gone_answered, shut = db.session.execute(
        sa.select(
            _count(invitations),
            _count(submitted),
            _count(invitations.where(withdrawn)),
            _count(joined.where(withdrawn, _is_submitted())),
            _count(joined.where(revoked, sa.not_(withdrawn), unanswered)),
        )
    ).one()
    open_ones = invitations.join(Interview, Interview.invitation_id == Invitation.id).where(
        _is_submitted(), Interview.review_state != ReviewState.DECIDED, sa.not_(withdrawn)
    )
    recent = joined.where(sa.not_(_is_closed()), Invitation.deadline > now() - LATELY, unanswered)
    found = tally(open_ones) + tally(recent)
    found[Status.READY, Rank.CLOSED] = (
        answered
        - gone_answered
        - sum(count for (label, _rank), count in found.items() if label in (Status.READY, Status.ANALYSING))
    )
    found[Status.WITHDRAWN, Rank.CLOSED] = gone
    found[Status.REVOKED, Rank.CLOSED] = shut
    found[Status.EXPIRED, Rank.CLOSED] = everybody - sum(found.values())
    return +found


def _count(query: sa.Select[Any]) -> sa.ScalarSelect[int]:
    return query.with_only_columns(sa.func.count()).scalar_subquery()


def _submitted_of(user: User) -> sa.Select[Any]:
    """The submitted assessments that ``user`` may see, by their own columns alone where an index has them."""
    created_by = sa.select(Invitation.created_by_id).where(Invitation.id == Interview.invitation_id).scalar_subquery()
    return sa.select(Interview).where(
        Interview.mode == Mode.ASSESSMENT,
        _is_submitted(),
        allowed(
            user,
            Right.VIEW,
            within=partial(at_teams, Interview.position_id),
            organisation=Interview.organisation_id,
            created_by=created_by,
        ),
    )
