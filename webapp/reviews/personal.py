"""What reviews hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.personal_data import Holding, Kept, Scope, register
from webapp.interviews.personal import answers_of
from webapp.reviews.models import Decision, PointVerdict, Rating, Scorecard


def _cards(scope: Scope) -> sa.ScalarSelect[str]:
    return sa.select(Scorecard.id).where(Scorecard.interview_id.in_(scope.interviews)).scalar_subquery()


register(
    Holding(Scorecard, Kept.RECORDS, lambda scope: Scorecard.interview_id.in_(scope.interviews)),
    Holding(Rating, Kept.RECORDS, lambda scope: Rating.scorecard_id.in_(_cards(scope))),
    Holding(PointVerdict, Kept.RECORDS, lambda scope: PointVerdict.answer_id.in_(answers_of(scope))),
    Holding(Decision, Kept.RECORDS, lambda scope: Decision.interview_id.in_(scope.interviews)),
)
