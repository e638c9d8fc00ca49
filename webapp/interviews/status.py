"""Where an invitation and its interview stand, as the hiring side sees it: computed by the database, stored nowhere."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from webapp.accounts.models import User
from webapp.core.database import db, now
from webapp.interviews.answering import GRACE
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.interviews.operations import invitations_of

PAGE_SIZE = 25


#: When the report of a submitted interview is there. Reports know interviews, not the other way round, so they say.
_ready: list[sa.ColumnElement[bool]] = []


def ready_when(condition: sa.ColumnElement[bool]) -> None:
    """Say by which condition on Interview's row its report is there to open; the last word counts."""
    _ready[:] = [condition]


#: When people have decided on an interview. Reviews know interviews, not the other way round, so they say.
_decided: list[sa.ColumnElement[bool]] = []


def decided_when(condition: sa.ColumnElement[bool]) -> None:
    """Say by which condition on Interview's row somebody has decided on it; the last word counts."""
    _decided[:] = [condition]


#: A deadline that passed within this time is worth a look: extend it, or let it be.
LATELY = timedelta(days=14)


class Status(enum.StrEnum):
    """How far an invitation has come."""

    INVITED = "invited"
    IN_PROGRESS = "in progress"
    ANALYSING = "being analysed"
    READY = "ready"
    EXPIRED = "expired"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"


STATUS_NAMES = {
    Status.INVITED: _l("Invited"),
    Status.IN_PROGRESS: _l("In progress"),
    Status.ANALYSING: _l("Being analysed"),
    Status.READY: _l("Ready"),
    Status.EXPIRED: _l("Expired"),
    Status.REVOKED: _l("Revoked"),
    Status.WITHDRAWN: _l("Withdrawn"),
}


def _is_expired() -> sa.ColumnElement[bool]:
    """As the candidate is told: an interview that was begun in time goes on for the grace (answering.is_over)."""
    moment = now()
    begun = sa.and_(Interview.id.is_not(None), Invitation.deadline > moment - GRACE)
    return sa.and_(Invitation.deadline <= moment, sa.not_(begun))


def _status() -> sa.Case[str]:
    submitted = Interview.state == InterviewState.SUBMITTED
    return sa.case(
        (Invitation.withdrawn_at.is_not(None), Status.WITHDRAWN.value),
        (sa.and_(submitted, *_ready), Status.READY.value),
        (submitted, Status.ANALYSING.value),
        (Invitation.revoked_at.is_not(None), Status.REVOKED.value),
        (_is_expired(), Status.EXPIRED.value),
        (Interview.id.is_not(None), Status.IN_PROGRESS.value),
        else_=Status.INVITED.value,
    )


def _is_decided() -> sa.ColumnElement[bool]:
    return sa.and_(Interview.id.is_not(None), *_decided) if _decided else sa.false()


def _order() -> list[sa.ColumnElement]:
    """What needs doing first: answers to review, the longest waiting first; what has just expired; then what is on its
    way, by deadline; last what is closed, the newest first. Nothing that a model said is in it."""
    status, closed = _status(), 4
    rank = sa.case(
        (sa.and_(status == Status.READY.value, sa.not_(_is_decided())), 0),
        (sa.and_(status == Status.EXPIRED.value, Invitation.deadline > now() - LATELY), 1),
        (status == Status.ANALYSING.value, 2),
        (status.in_((Status.IN_PROGRESS.value, Status.INVITED.value)), 3),
        else_=closed,
    )
    order: list[sa.ColumnElement[Any]] = [
        rank,
        sa.case((rank < closed, sa.func.coalesce(Interview.submitted_at, Invitation.deadline))),
        Invitation.created_at.desc(),
        Invitation.id.asc(),
    ]
    return order


@dataclass(frozen=True)
class Entry:
    """One line of the inbox. ``interview_id`` is None until the link was opened."""

    invitation: Invitation
    status: Status
    interview_id: str | None
    submitted_at: datetime | None
    #: Whether somebody has decided on it.
    decided: bool = False

    @property
    def needs_review(self) -> bool:
        """Whether its answers wait for people to review them and decide."""
        return self.status is Status.READY and not self.decided

    @property
    def has_report(self) -> bool:
        """Whether there is something to report on."""
        return self.submitted_at is not None


@dataclass(frozen=True)
class Inbox:
    """One page of entries, what needs doing first, and how many there are by status: under the other filters in
    ``counts``, and of everything that the person may see in ``all_counts``."""

    entries: list[Entry]
    counts: dict[Status, int]
    all_counts: dict[Status, int]
    total: int
    page: int
    pages: int


def _query(user: User) -> sa.Select:
    return invitations_of(user).outerjoin(Interview, Interview.invitation_id == Invitation.id)


def _entries(query: sa.Select) -> list[Entry]:
    rows = db.session.execute(
        query.add_columns(_status(), Interview.id, Interview.submitted_at, _is_decided()).options(
            joinedload(Invitation.position), joinedload(Invitation.question_set), joinedload(Invitation.created_by)
        )
    )
    return [Entry(invitation, Status(status), *rest) for invitation, status, *rest in rows]


def _counts(query: sa.Select) -> dict[Status, int]:
    label = _status()
    counted = query.with_only_columns(label, sa.func.count()).group_by(label)
    found = {Status(value): count for value, count in db.session.execute(counted)}
    return {each: found.get(each, 0) for each in Status}


def entry_of(user: User, invitation_id: str) -> Entry | None:
    """One invitation as ``user`` may see it; None where there is none or it is not theirs."""
    found = _entries(_query(user).where(Invitation.id == invitation_id))
    return found[0] if found else None


def inbox(
    user: User, *, position_id: str | None = None, status: Status | None = None, search: str = "", page: int = 1
) -> Inbox:
    """What ``user`` may see, filtered. The order is by what needs doing (``_order``)."""
    query = _query(user)
    every = _counts(query)
    if position_id:
        query = query.where(Invitation.position_id == position_id)
    if search := search.strip():
        # SQLite folds the case of ASCII alone; these forms find “Élodie” by “élodie” there too.
        forms = {search, search.lower(), search.upper(), search.title()}
        columns = (Invitation.name, Invitation.email)
        query = query.where(
            sa.or_(*(column.icontains(form, autoescape=True) for column in columns for form in sorted(forms)))
        )
    counts = _counts(query)
    if status:
        query = query.where(_status() == status.value)
    total = counts[status] if status else sum(counts.values())
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    query = query.order_by(*_order()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    return Inbox(_entries(query), counts, every, total, page, pages)
