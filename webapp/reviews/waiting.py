"""Whom to review next: submitted interviews without a decision that a reviewer has not closed yet, the longest waiting
first. Nothing that a model said is in the order."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.interviews.models import Interview, InterviewState
from webapp.interviews.operations import interviews_of
from webapp.reviews.models import Decision, Scorecard, ScorecardState


def waiting(user: User) -> sa.Select[Interview]:
    """The interviews that wait for a review by ``user``."""
    reviewed = sa.exists().where(
        Scorecard.interview_id == Interview.id,
        Scorecard.reviewer_id == user.id,
        Scorecard.state == ScorecardState.SUBMITTED,
    )
    return interviews_of(user).where(
        Interview.state == InterviewState.SUBMITTED,
        ~sa.exists().where(Decision.interview_id == Interview.id),
        ~reviewed,
    )


def following(user: User, after: Interview | None = None) -> Interview | None:
    """The next one to review: of the position of ``after``, behind it in the queue, and from the queue's start when
    its end is reached; where its position has no more, the first of all. None where nothing waits."""
    queue = waiting(user).order_by(Interview.submitted_at, Interview.id).limit(1)
    if after is None:
        return db.session.scalars(queue).first()
    others = queue.where(Interview.id != after.id)
    here = others.where(Interview.position_id == after.position_id)
    behind = sa.tuple_(Interview.submitted_at, Interview.id) > sa.tuple_(
        sa.literal(after.submitted_at, Interview.submitted_at.type), sa.literal(after.id)
    )
    for query in (here.where(behind), here, others):
        if (found := db.session.scalars(query).first()) is not None:
            return found
    return None


def count_for(user: User, position_id: str | None, most: int = 100) -> int:
    """How many interviews of a position wait for ``user``; ``most`` stands for that many and more."""
    query = waiting(user).where(Interview.position_id == position_id).with_only_columns(Interview.id).limit(most)
    return db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
