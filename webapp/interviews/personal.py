"""What interviews hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.personal_data import Holding, Kept, Scope, register
from webapp.interviews.models import Answer, Consent, Interview, Invitation, Take


def takes_of(scope: Scope) -> sa.ScalarSelect[str]:
    """The ids of all takes in a scope."""
    return sa.select(Take.id).join(Answer).where(Answer.interview_id.in_(scope.interviews)).scalar_subquery()


def answers_of(scope: Scope) -> sa.ScalarSelect[str]:
    """The ids of all answers in a scope."""
    return sa.select(Answer.id).where(Answer.interview_id.in_(scope.interviews)).scalar_subquery()


register(
    Holding(Invitation, Kept.RECORDS, lambda scope: Invitation.id.in_(scope.invitations)),
    Holding(
        Interview, Kept.RECORDS, lambda scope: Interview.id.in_(scope.interviews), not_exported=frozenset({"browser"})
    ),
    Holding(Consent, Kept.RECORDS, lambda scope: Consent.interview_id.in_(scope.interviews)),
    Holding(Answer, Kept.RECORDS, lambda scope: Answer.interview_id.in_(scope.interviews)),
    Holding(Take, Kept.MEDIA, lambda scope: Take.answer_id.in_(answers_of(scope))),
)
