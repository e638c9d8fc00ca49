"""Who may read what the models made of an interview."""

from __future__ import annotations

from flask import abort
from flask_login import AnonymousUserMixin, current_user

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.interviews.access import may_review
from webapp.interviews.models import Interview
from webapp.policy import Mode


def may_read(user: User | AnonymousUserMixin, interview: Interview) -> bool:
    """An assessment is for those who may review it; a practice interview for its own candidate and nobody else."""
    if not user.is_authenticated or not user.is_active:
        return False
    if interview.mode is Mode.PRACTICE:
        return interview.candidate_id == user.id
    return may_review(user, interview)


def load_interview(interview_id: str) -> Interview:
    """The interview if the present user may read its report; 404 otherwise, so that ids cannot be probed."""
    interview = db.session.get(Interview, interview_id)
    if interview is None or not may_read(current_user, interview):
        abort(404)
    return interview
