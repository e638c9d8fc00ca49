"""Where an invitation and its interview stand, as the hiring side sees it: computed by the database, stored nowhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.interviews.filters import Filters, Status, managed_by, waits_for
from webapp.interviews.models import Interview, Invitation, Outcome, Progress
from webapp.interviews.operations import invitations_of
from webapp.interviews.ranks import Rank, has_status, in_rank, status, tally, tally_of_all
from webapp.positions.models import ReviewState, Stage
from webapp.positions.operations import know_positions

__all__ = ["STATUS_NAMES", "Entry", "Inbox", "Status", "entries_of", "entry_of", "found", "inbox"]

PAGE_SIZE = 25
NOTHING = Filters()


STATUS_NAMES = {
    Status.INVITED: _l("Invited"),
    Status.IN_PROGRESS: _l("In progress"),
    Status.ANALYSING: _l("Being analysed"),
    Status.READY: _l("Ready"),
    Status.EXPIRED: _l("Expired"),
    Status.REVOKED: _l("Revoked"),
    Status.WITHDRAWN: _l("Withdrawn"),
}


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
            status(),
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
    return query.where(has_status(filters.status)) if filters.status else query


def inbox(user: User, filters: Filters = NOTHING, *, page: int = 1) -> Inbox:
    """What ``user`` may see, filtered. The order is by what needs doing (ranks.Rank)."""
    know_positions()
    everything = _query(user)
    every = tally_of_all(invitations_of(user))
    query = filters.apply(everything, user)
    tallied = every
    if filters.by_place:
        tallied = tally_of_all(filters.apply(invitations_of(user), user))
    elif filters.narrow:
        waits = Invitation.progress.in_((Progress.SUBMITTED, Progress.READY)) if filters.undecided else sa.true()
        tallied = tally(query.where(waits))  # said of both tables: each has an index of these few
    wanted = {key: count for key, count in tallied.items() if filters.status in (None, key[0])}
    if filters.status:
        query = query.where(has_status(filters.status))
    total = sum(wanted.values())
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    ids = _page(query, wanted, (page - 1) * PAGE_SIZE, undecided=filters.undecided)
    entries = _entries(everything.where(Invitation.id.in_(ids)), user) if ids else []
    place = {invitation_id: number for number, invitation_id in enumerate(ids)}
    entries.sort(key=lambda entry: place[entry.invitation.id])
    return Inbox(entries, _by_status(tallied), _by_status(every), total, page, pages)


def _page(
    query: sa.Select, wanted: Mapping[tuple[Status, Rank], int], first: int, *, undecided: bool
) -> list[str]:  # fmt: skip
    """The ids of one page, rank by rank: a rank of which nothing is on it is not asked for, and one of which its end is
    on it is read from there."""
    ids: list[str] = []
    for rank in Rank:
        there = sum(count for key, count in wanted.items() if key[1] is rank)
        if first < there and len(ids) < PAGE_SIZE:
            number = min(PAGE_SIZE - len(ids), there - first)
            after = there - first - number
            rows = in_rank(query.with_only_columns(Invitation.id), rank, backwards=after < first, undecided=undecided)
            page = db.session.scalars(rows.limit(number).offset(min(first, after))).all()
            ids += reversed(page) if after < first else page
        first = max(0, first - there)
    return ids


def _by_status(tallied: Mapping[tuple[Status, Rank], int]) -> dict[Status, int]:
    return {each: sum(count for key, count in tallied.items() if key[0] is each) for each in Status}
