"""Who on the hiring side may see what. Practice interviews belong to their candidate and never pass here."""

from __future__ import annotations

from flask_login import AnonymousUserMixin

from webapp.accounts.models import Role, User
from webapp.interviews.models import Interview, Invitation
from webapp.policy import Mode
from webapp.positions.models import Job


def may_manage(user: User | AnonymousUserMixin, thing: Invitation | Job) -> bool:
    """Whether ``user`` may see and change an invitation or a job: an admin any, a recruiter their own."""
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
