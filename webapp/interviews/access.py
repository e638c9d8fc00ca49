"""Who may see what of an interview: the hiring side what it may review, a candidate their own practice."""

from __future__ import annotations

from flask import abort
from flask_login import AnonymousUserMixin, current_user

from webapp.accounts.models import Role, User
from webapp.core.database import db
from webapp.interviews.models import Interview, Invitation
from webapp.policy import Mode
from webapp.positions.models import Position


def may_manage(user: User | AnonymousUserMixin, thing: Invitation | Position) -> bool:
    """Whether ``user`` may see and change an invitation or a position: an admin any, a recruiter their own."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.role is Role.ADMIN or (user.role is Role.RECRUITER and thing.created_by_id == user.id)


def may_review(user: User | AnonymousUserMixin, interview: Interview) -> bool:
    """Whether ``user`` may open the report and the recordings of ``interview``: assessments only.

    A view answers 404, not 403, where this is False, so that ids cannot be probed.
    """
    if interview.mode is not Mode.ASSESSMENT or interview.invitation is None:
        return False
    return may_manage(user, interview.invitation)


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
