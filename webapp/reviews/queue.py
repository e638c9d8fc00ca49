"""What waits for people at a position, and in which order it is taken: by when it was submitted, never by a score."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.interviews.access import Right, has_right
from webapp.interviews.filters import waits_for
from webapp.interviews.models import Interview, InterviewState
from webapp.interviews.operations import interviews_of
from webapp.positions.models import Position, ReviewState
from webapp.reviews import deciding, requests
from webapp.reviews.models import Decision, DecisionState, ReviewRequest, Scorecard, ScorecardState


def scored_by(user_id: str) -> sa.ColumnElement[bool]:
    """Whether somebody has closed a scorecard of an interview, or said to go without: for the lists of interviews."""
    return sa.exists().where(
        Scorecard.interview_id == Interview.id,
        Scorecard.reviewer_id == user_id,
        Scorecard.state != ScorecardState.DRAFT,
    )


def _waiting(user: User, position_id: str | None) -> sa.Select[Interview]:
    query = interviews_of(user, Right.REVIEW).where(waits_for(user))
    if position_id is not None:
        query = query.where(Interview.position_id == position_id)
    return query.order_by(Interview.submitted_at, Interview.id)


def next_for(user: User, position_id: str | None = None, after: Interview | None = None) -> Interview | None:
    """The interview that waits longest for ``user``'s scorecard, at a position or anywhere; None where none does.

    After another one: the next in the queue, and from its end the first again, but never the same.
    """
    query = _waiting(user, position_id)
    if after is not None and after.submitted_at is not None:
        later = query.where(
            sa.or_(
                Interview.submitted_at > after.submitted_at,
                sa.and_(Interview.submitted_at == after.submitted_at, Interview.id > after.id),
            )
        )
        if (found := db.session.scalars(later.limit(1)).first()) is not None:
            return found
        query = query.where(Interview.id != after.id)
    return db.session.scalars(query.limit(1)).first()


def count_for(user: User, position_id: str | None = None) -> int:
    """How many interviews wait for ``user``'s scorecard."""
    query = _waiting(user, position_id).order_by(None).with_only_columns(sa.func.count(Interview.id))
    return int(db.session.scalar(query) or 0)


@dataclass(frozen=True)
class Tasks:
    """What is to be done at a position by the person who looks at it, and by others."""

    #: How many answers wait for their own scorecard.
    to_score: int
    #: Proposals that wait for their word, and those that wait for others'.
    to_approve: list[Decision]
    waiting: list[Decision]
    #: Candidates who ask for another look, the earliest deadline first; those that this person may answer.
    requests: list[ReviewRequest]
    #: Scorecards that they have begun and not submitted.
    drafts: list[Interview]

    def __bool__(self) -> bool:
        return bool(self.to_score or self.to_approve or self.waiting or self.requests or self.drafts)


def tasks_of(user: User, position: Position) -> Tasks:
    """What waits at ``position``; a handful of queries, however many candidates there are."""
    proposals = db.session.scalars(
        sa.select(Decision)
        .join(Decision.interview)
        .where(Interview.position_id == position.id, Decision.state == DecisionState.PROPOSED)
        .order_by(Decision.decided_at, Decision.id)
        .options(joinedload(Decision.interview), joinedload(Decision.by))
        .limit(50)
    ).all()
    decides = has_right(user, position, Right.DECIDE)
    mine = [row for row in proposals if decides and _waits_for_word(row, user)]
    asked = db.session.scalars(
        sa.select(ReviewRequest)
        .join(ReviewRequest.interview)
        .where(Interview.position_id == position.id, ReviewRequest.closed_at.is_(None))
        .order_by(ReviewRequest.due_at, ReviewRequest.id)
        .options(joinedload(ReviewRequest.interview), joinedload(ReviewRequest.decision))
        .limit(50)
    ).all()
    drafts = db.session.scalars(
        interviews_of(user, Right.REVIEW)
        .join(Scorecard, Scorecard.interview_id == Interview.id)
        .where(
            Interview.position_id == position.id,
            Scorecard.reviewer_id == user.id,
            Scorecard.state == ScorecardState.DRAFT,
        )
        .order_by(Scorecard.created_at)
        .limit(50)
    ).all()
    return Tasks(
        to_score=count_for(user, position.id),
        to_approve=mine,
        waiting=[row for row in proposals if row not in mine],
        requests=[row for row in asked if user.id not in requests.people_of(row.decision)],
        drafts=list(drafts),
    )


def _waits_for_word(decision: Decision, user: User) -> bool:
    waiting = deciding.still_to_approve(decision)
    return decision.by_id != user.id and (None in waiting or user.id in {person.id for person in waiting if person})


def progress_of(user: User, position: Position) -> dict[str, int]:
    """How many candidates of a position are where, by state of review and by stage id, as ``user`` may see them."""
    visible = interviews_of(user).where(Interview.position_id == position.id)
    counted = visible.where(Interview.state == InterviewState.SUBMITTED).with_only_columns(
        Interview.review_state, Interview.stage_id, sa.func.count()
    )
    found: dict[str, int] = dict.fromkeys([*(state.value for state in ReviewState)], 0)
    for state, stage_id, number in db.session.execute(counted.group_by(Interview.review_state, Interview.stage_id)):
        found[state.value] += number
        if stage_id is not None:
            found[stage_id] = found.get(stage_id, 0) + number
    return found
