"""What stands where in the list of interviews: the status of each, the rank by which what needs doing comes first, and
how many there are of each. Nothing that a model said is in it.

Each rank has an order of its own, which an index has too: a page of a hundred thousand is read from where it begins,
and what is closed, which is most, is counted by indexes alone.
"""

from __future__ import annotations

import enum
from collections import Counter
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from webapp.core.database import db, now
from webapp.interviews.answering import GRACE
from webapp.interviews.filters import Status
from webapp.interviews.models import Interview, InterviewState, Invitation, Progress
from webapp.positions.models import ReviewState

#: A deadline that passed within this time is worth a look: extend it, or let it be.
LATELY = timedelta(days=14)

#: When a submitted interview without a report is ready all the same. Reports know interviews, not the other way round,
#: so they say.
_ready: list[sa.ColumnElement[bool]] = []


def ready_when(condition: sa.ColumnElement[bool]) -> None:
    """Say by which condition on Interview's row nothing is left to build its report of; the last word counts."""
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
    in_grace = sa.and_(_BEGUN, Invitation.deadline > moment - GRACE)
    return sa.and_(Invitation.deadline <= moment, sa.not_(in_grace))


def _is_late() -> sa.ColumnElement[bool]:
    return Invitation.deadline > now() - LATELY


#: Conditions on an invitation's own row, which its indexes are of.
_GONE, _REVOKED = Invitation.withdrawn_at.is_not(None), Invitation.revoked_at.is_not(None)
_STAYS, _UNREVOKED = Invitation.withdrawn_at.is_(None), Invitation.revoked_at.is_(None)
_BEGUN = sa.func.coalesce(Invitation.progress == Progress.BEGUN, sa.false())
_UNANSWERED = sa.or_(Invitation.progress.is_(None), Invitation.progress == Progress.BEGUN)
_WITHOUT_REPORT, _WITH_REPORT, _DECIDED = (
    Invitation.progress == each for each in (Progress.SUBMITTED, Progress.READY, Progress.DECIDED)
)


def has_status(status: Status) -> sa.ColumnElement[bool]:
    """Whether a row of Invitation, outer joined with Interview, has this status. What people have decided waits for no
    report."""
    open_ones = (_STAYS, _UNREVOKED, _UNANSWERED)
    expired = _is_expired()
    return {
        Status.WITHDRAWN: _GONE,
        Status.READY: sa.and_(_STAYS, sa.or_(_DECIDED, _WITH_REPORT, sa.and_(_WITHOUT_REPORT, *_ready))),
        Status.ANALYSING: sa.and_(_STAYS, _WITHOUT_REPORT, *(sa.not_(each) for each in _ready)),
        Status.REVOKED: sa.and_(_STAYS, _REVOKED, _UNANSWERED),
        Status.EXPIRED: sa.and_(*open_ones, expired),
        Status.IN_PROGRESS: sa.and_(*open_ones, sa.not_(expired), _BEGUN),
        Status.INVITED: sa.and_(*open_ones, sa.not_(expired), sa.not_(_BEGUN)),
    }[status]


def status() -> sa.Case[str]:
    """The status of a row of Invitation, outer joined with Interview: the same as a column, in the order in which it is
    cheap to say."""
    return sa.case(
        (_GONE, Status.WITHDRAWN.value),
        (sa.or_(_DECIDED, _WITH_REPORT), Status.READY.value),
        (sa.and_(_WITHOUT_REPORT, *_ready), Status.READY.value),
        (_WITHOUT_REPORT, Status.ANALYSING.value),
        (_REVOKED, Status.REVOKED.value),
        (_is_expired(), Status.EXPIRED.value),
        (_BEGUN, Status.IN_PROGRESS.value),
        else_=Status.INVITED.value,
    )


def in_rank(
    query: sa.Select[Any], rank: Rank, *, backwards: bool = False, undecided: bool = False
) -> sa.Select[Any]:  # fmt: skip
    """What of a query over Invitation, outer joined with Interview, is of one rank, in the order of that rank or, for
    what stands near its end, in the opposite one.

    :param undecided: the query itself says that it was submitted and not decided; a database that was told twice would
        expect too few rows, and not read them in order.
    """
    conditions, order = _of_rank(rank, undecided=undecided)
    if backwards:
        order = [each.desc() if ascending else each.asc() for each, ascending in order]
    else:
        order = [each.asc() if ascending else each.desc() for each, ascending in order]
    return query.where(*conditions).order_by(*order)


def _of_rank(rank: Rank, *, undecided: bool) -> tuple[list[sa.ColumnElement[bool]], list[Any]]:
    """What is of a rank, and by which columns it is sorted: each with whether it ascends."""
    newest = [(Invitation.created_at, False), (Invitation.id, True)]
    if rank in (Rank.REVIEW, Rank.ANALYSING):
        built = sa.or_(_WITH_REPORT, sa.and_(_WITHOUT_REPORT, *_ready))
        conditions = [_STAYS, built] if rank is Rank.REVIEW else [has_status(Status.ANALYSING)]
        if not undecided:  # said of both tables: each has an index of these few
            conditions += [Interview.state == InterviewState.SUBMITTED, Interview.review_state != ReviewState.DECIDED]
        return conditions, [(Interview.submitted_at, True), *newest]
    if rank is Rank.LATE:
        return [has_status(Status.EXPIRED), _is_late()], [(Invitation.deadline, True), *newest]
    if rank is Rank.ON_ITS_WAY:
        soon = Invitation.deadline > now() - GRACE
        return [_STAYS, _UNREVOKED, _UNANSWERED, soon, sa.not_(_is_expired())], [(Invitation.deadline, True), *newest]
    over = sa.or_(_GONE, _DECIDED, sa.and_(_UNANSWERED, sa.or_(_REVOKED, sa.not_(_is_late()))))
    return [over], newest


def _rank_of(label: Status, *, decided: bool, late: bool) -> Rank:
    if label is Status.READY and not decided:
        return Rank.REVIEW
    if label is Status.EXPIRED and late:
        return Rank.LATE
    if label is Status.ANALYSING:
        return Rank.ANALYSING
    return Rank.ON_ITS_WAY if label in (Status.IN_PROGRESS, Status.INVITED) else Rank.CLOSED


def tally(query: sa.Select[Any]) -> Tally:
    """How many there are of each status and rank in a query over Invitation, outer joined with Interview: every row is
    looked at, the few of people who withdrew and all others by an index of their own."""
    return _sum(_kinds(query.where(_STAYS)), _kinds(query.where(_GONE)))


def tally_of_all(invitations: sa.Select[Invitation]) -> Tally:
    """The same of a query over Invitation alone that nothing narrows but its own row. Row by row is looked at what is
    on its way; what waits for people and what is closed, which is most, is counted by indexes."""
    joined = invitations.outerjoin(Interview, Interview.invitation_id == Invitation.id)
    return _sum(
        _kinds(joined.where(_STAYS, _WITHOUT_REPORT)),
        _kinds(joined.where(_STAYS, _UNREVOKED, _UNANSWERED, _is_late())),
        _kind(invitations.where(_STAYS, _DECIDED), Status.READY, decided=True),
        _kind(invitations.where(_STAYS, _WITH_REPORT), Status.READY),
        _kind(invitations.where(_GONE), Status.WITHDRAWN),
        _kind(invitations.where(_REVOKED, _STAYS, _UNANSWERED), Status.REVOKED),
        _kind(invitations.where(_STAYS, _UNREVOKED, _UNANSWERED, sa.not_(_is_late())), Status.EXPIRED),
    )


def _kinds(query: sa.Select[Any]) -> sa.Select[Any]:
    """Status, whether it is decided, whether it is late, and how many are so; looked at row by row."""
    label, decided, late = status(), sa.func.coalesce(_DECIDED, sa.false()), _is_late()
    rows = query.with_only_columns(label.label("label"), decided.label("decided"), late.label("late")).subquery()
    kinds = (rows.c.label, rows.c.decided, rows.c.late)
    return sa.select(*kinds, sa.func.count()).group_by(*kinds)


def _kind(query: sa.Select[Any], label: Status, *, decided: bool = False) -> sa.Select[Any]:
    """The same of a query whose rows are all of one kind."""
    said: list[sa.ColumnElement[Any]] = [sa.literal(label.value), sa.literal(decided), sa.false(), sa.func.count()]
    return query.with_only_columns(*said)


def _sum(*kinds: sa.Select[Any]) -> Tally:
    """What is counted of several kinds, in one question to the database."""
    found: Tally = Counter()
    for value, is_decided, is_late, count in db.session.execute(sa.union_all(*kinds)):
        found[Status(value), _rank_of(Status(value), decided=is_decided, late=is_late)] += count
    return +found
