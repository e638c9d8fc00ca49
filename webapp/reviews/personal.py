"""What reviews hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.personal_data import Holding, Kept, Scope, register
from webapp.interviews.personal import answers_of
from webapp.reviews.calibration_models import CalibrationCard, GoldInterview
from webapp.reviews.comment_models import Comment, Mention
from webapp.reviews.models import AnswerOpening, Approval, Decision, PointVerdict, Rating, ReviewRequest, Scorecard


def _cards(scope: Scope) -> sa.ScalarSelect[str]:
    return sa.select(Scorecard.id).where(Scorecard.interview_id.in_(scope.interviews)).scalar_subquery()


def _comments(scope: Scope) -> sa.ScalarSelect[str]:
    return sa.select(Comment.id).where(Comment.interview_id.in_(scope.interviews)).scalar_subquery()


def _golds(scope: Scope) -> sa.ScalarSelect[str]:
    return sa.select(GoldInterview.id).where(GoldInterview.interview_id.in_(scope.interviews)).scalar_subquery()


def _decisions(scope: Scope) -> sa.ScalarSelect[str]:
    return sa.select(Decision.id).where(Decision.interview_id.in_(scope.interviews)).scalar_subquery()


register(
    Holding(Scorecard, Kept.RECORDS, lambda scope: Scorecard.interview_id.in_(scope.interviews)),
    Holding(Rating, Kept.RECORDS, lambda scope: Rating.scorecard_id.in_(_cards(scope))),
    Holding(PointVerdict, Kept.RECORDS, lambda scope: PointVerdict.answer_id.in_(answers_of(scope))),
    Holding(AnswerOpening, Kept.RECORDS, lambda scope: AnswerOpening.answer_id.in_(answers_of(scope))),
    Holding(Approval, Kept.RECORDS, lambda scope: Approval.decision_id.in_(_decisions(scope))),
    Holding(ReviewRequest, Kept.RECORDS, lambda scope: ReviewRequest.interview_id.in_(scope.interviews)),
    Holding(Comment, Kept.RECORDS, lambda scope: Comment.interview_id.in_(scope.interviews)),
    Holding(Mention, Kept.RECORDS, lambda scope: Mention.comment_id.in_(_comments(scope))),
    Holding(GoldInterview, Kept.RECORDS, lambda scope: GoldInterview.interview_id.in_(scope.interviews)),
    Holding(CalibrationCard, Kept.RECORDS, lambda scope: CalibrationCard.gold_id.in_(_golds(scope))),
    Holding(Decision, Kept.RECORDS, lambda scope: Decision.interview_id.in_(scope.interviews)),
)
