"""What was decided on an interview, asked once by all that a page shows of it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from webapp.core.database import db
from webapp.core.once import asked_once
from webapp.reviews.models import Decision, ReviewRequest


@asked_once(Decision, ReviewRequest)
def decisions(interview_id: str) -> tuple[Decision, ...]:
    """Every decision, in whatever state, the newest first, each with who made it and who asked to look again at it."""
    query = (
        sa.select(Decision)
        .where(Decision.interview_id == interview_id)
        .options(joinedload(Decision.by), joinedload(Decision.requests))
        .order_by(Decision.decided_at.desc(), Decision.id)
    )
    return tuple(db.session.scalars(query).unique())
