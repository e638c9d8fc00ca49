"""Who may do what with an interview: the hiring side by their role in its team, a candidate with their own practice.

Every function is asked about one person and one thing; what is no is no for every reason, and a view answers 404, not
403, so that ids cannot be probed. Guests with a link are another matter (webapp/sharing/access.py).
"""

from __future__ import annotations

from flask import abort
from flask_login import AnonymousUserMixin, current_user
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.core.once import asked_once
from webapp.interviews.models import Interview, Invitation
from webapp.organisations.access import Right, may
from webapp.policy import Mode
from webapp.positions.models import Position

__all__ = [
    "Right",
    "has_right",
    "load_interview",
    "load_invitation",
    "load_to_work_on",
    "may_decide",
    "may_manage",
    "may_read",
    "may_review",
    "may_share",
    "may_view",
]


def has_right(user: User | AnonymousUserMixin, thing: Invitation | Position, right: Right) -> bool:
    """Whether ``user`` has ``right`` over an invitation or a position, by their role in its team."""
    position = thing.position if isinstance(thing, Invitation) else thing
    return may(
        user,
        right,
        organisation_id=thing.organisation_id,
        team_id=position.team_id,
        created_by_id=thing.created_by_id,
    )


def _over(user: User | AnonymousUserMixin, interview: Interview, right: Right) -> bool:
    """The same over an interview: assessments only."""
    if interview.mode is not Mode.ASSESSMENT or interview.invitation is None:
        return False
    return has_right(user, interview.invitation, right)


def may_manage(user: User | AnonymousUserMixin, thing: Invitation | Position) -> bool:
    """Whether ``user`` may change an invitation or a position, extend, revoke and attach files."""
    return has_right(user, thing, Right.MANAGE)


def may_view(user: User | AnonymousUserMixin, interview: Interview) -> bool:
    """Whether ``user`` may open an assessment, its recordings and its files: everybody in its team."""
    return _over(user, interview, Right.VIEW)


def may_review(user: User | AnonymousUserMixin, interview: Interview) -> bool:
    """Whether ``user`` may score ``interview`` and comment on it: observers may not."""
    return _over(user, interview, Right.REVIEW)


def may_decide(user: User | AnonymousUserMixin, interview: Interview) -> bool:
    """Whether ``user`` may decide on ``interview``, approve decisions and move the candidate to another stage."""
    return _over(user, interview, Right.DECIDE)


def may_share(user: User | AnonymousUserMixin, interview: Interview) -> bool:
    """Whether ``user`` may let guests review ``interview`` by a link."""
    return _over(user, interview, Right.SHARE)


def may_read(user: User | AnonymousUserMixin, interview: Interview) -> bool:
    """An assessment is for those who may open it; a practice interview for its own candidate and nobody else."""
    if not user.is_authenticated or not user.is_active:
        return False
    if interview.mode is Mode.PRACTICE:
        return interview.candidate_id == user.id
    return may_view(user, interview)


def load_interview(interview_id: str) -> Interview:
    """The interview if the present user may read its report; 404 otherwise, so that ids cannot be probed."""
    interview = with_what_it_is_of(interview_id)
    if interview is None or not may_read(current_user, interview):
        abort(404)
    return interview


@asked_once(Interview)
def with_what_it_is_of(interview_id: str) -> Interview | None:
    """An interview with its invitation, position, question set and consents, whoever may see it: one statement."""
    of = (Interview.position, Interview.question_set, Interview.consents)
    options = [joinedload(Interview.invitation).joinedload(Invitation.attachments), *(joinedload(each) for each in of)]
    interview = db.session.get(Interview, interview_id, options=options)
    if interview is not None and interview.invitation is not None:
        set_committed_value(interview.invitation, "interview", interview)
    return interview


def load_to_work_on(interview_id: str) -> Interview:
    """The interview, if the present user may also change what is made of it, such as a transcript: their own practice,
    or an assessment that they may review. 404 where they may not see it, 403 for those who may only look."""
    interview = load_interview(interview_id)
    if interview.mode is Mode.ASSESSMENT and not may_review(current_user, interview):
        abort(403)
    return interview


def load_invitation(invitation_id: str, right: Right = Right.VIEW) -> Invitation:
    """The invitation, if the present user has ``right`` over it: 404 where they may not see it, else 403."""
    invitation = db.session.get(Invitation, invitation_id)
    if invitation is None or not has_right(current_user, invitation, Right.VIEW):
        abort(404)
    if not has_right(current_user, invitation, right):
        abort(403)
    return invitation
