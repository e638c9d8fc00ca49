"""Where an invitation and its interview stand, as the hiring side sees it: computed by the database, stored nowhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from webapp.accounts.models import User
from webapp.core.database import db, now
from webapp.interviews.answering import GRACE
from webapp.interviews.filters import Filters, Status, managed_by, waits_for
from webapp.interviews.models import Interview, InterviewState, Invitation, Outcome
from webapp.interviews.operations import invitations_of
from webapp.positions.models import ReviewState, Stage

__all__ = ["STATUS_NAMES", "Entry", "Inbox", "Status", "entries_of", "entry_of", "found", "inbox", "ready_when"]

PAGE_SIZE = 25
NOTHING = Filters()


#: When the report of a submitted interview is there. Reports know interviews, not the other way round, so they say.
_ready: list[sa.ColumnElement[bool]] = []


def ready_when(condition: sa.ColumnElement[bool]) -> None:
    """Say by which condition on Interview's row its report is there to open; the last word counts."""
    _ready[:] = [condition]


#: A deadline that passed within this time is worth a look: extend it, or let it be.
LATELY = timedelta(days=14)


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
    return sa.func.coalesce(Interview.review_state == ReviewState.DECIDED, sa.false())


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
    #: How far people have come with it, by the position's own stage where it is in one, and their last decision.
    review_state: ReviewState | None = None
    stage: Stage | None = None
    outcome: Outcome | None = None
    #: Whether the reader still has to score it.
    waits: bool = False
    #: Whether the reader may invite and extend here, and sees names in blind review.
    manages: bool = False

    @property
    def decided(self) -> bool:
        """Whether somebody has decided on it."""
        return self.has_report and self.review_state is ReviewState.DECIDED

    @property
    def needs_review(self) -> bool:
        """Whether its answers wait for people to review them and decide."""
        return self.status is Status.READY and not self.decided

    @property
    def has_report(self) -> bool:
        """Whether there is something to report on."""
        return self.submitted_at is not None

    @property
    def is_nameless(self) -> bool:
        """Whether the reader is not to know whose it is: in blind review, until people have decided."""
        return self.invitation.position.blind_review and not self.manages and not self.decided


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


def _entries(query: sa.Select, user: User) -> list[Entry]:
    rows = db.session.execute(
        query.add_columns(
            _status(),
            Interview.id,
            Interview.submitted_at,
            Interview.review_state,
            Stage,
            Interview.outcome,
            sa.func.coalesce(waits_for(user), sa.false()),
            managed_by(user),
        )
        .outerjoin(Stage, Stage.id == Interview.stage_id)
        .options(
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
    found = _entries(_query(user).where(Invitation.id == invitation_id), user)
    return found[0] if found else None


def entries_of(user: User, invitation_ids: Collection[str]) -> list[Entry]:
    """Several invitations as ``user`` may see them; those that are not theirs are left out."""
    return _entries(_query(user).where(Invitation.id.in_(invitation_ids)), user) if invitation_ids else []


def found(user: User, filters: Filters) -> sa.Select[Invitation]:
    """What fits ``filters`` of what ``user`` may see, in no order: for programs."""
    query = filters.apply(_query(user), user)
    return query.where(_status() == filters.status.value) if filters.status else query


def inbox(user: User, filters: Filters = NOTHING, *, page: int = 1) -> Inbox:
    """What ``user`` may see, filtered. The order is by what needs doing (``_order``)."""
    everything = _query(user)
    every = _counts(everything)
    query = filters.apply(everything, user)
    counts = _counts(query) if filters.narrow else every
    if status := filters.status:
        query = query.where(_status() == status.value)
    total = counts[status] if status else sum(counts.values())
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    # The ids of the page first: sorting thousands of rows is cheap while each is no more than its id.
    wanted = query.with_only_columns(Invitation.id).order_by(*_order()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ids = list(db.session.scalars(wanted))
    entries = _entries(everything.where(Invitation.id.in_(ids)), user) if ids else []
    place = {invitation_id: number for number, invitation_id in enumerate(ids)}
    entries.sort(key=lambda entry: place[entry.invitation.id])
    return Inbox(entries, counts, every, total, page, pages)
