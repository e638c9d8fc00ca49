"""Who may answer an interview: whoever opened its link in this browser session, or the owner of a practice."""

from __future__ import annotations

from flask import abort, has_request_context, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.interviews import binding
from webapp.interviews.models import Interview
from webapp.policy import Mode

_GRANTS = "interviews"
#: A browser keeps the grants of so many links; a cookie is small.
_MOST = 8
#: The same words whether there is such an interview or not. A session may have ended in the middle of an answer.
_UNKNOWN = _l(
    "No interview is open in this browser. If you were answering one, open the link in your "
    "invitation again (for practice, sign in again). What was saved is still there."
)


def grant(interview: Interview) -> None:
    """Let this browser session answer ``interview``, and no other."""
    kept = [granted for granted in session.get(_GRANTS, []) if granted != interview.id]
    session[_GRANTS] = [*kept, interview.id][-_MOST:]


def may_answer(interview: Interview) -> bool:
    """Whether the present session is the candidate's. Says nothing about deadlines: see answering.py."""
    if not has_request_context():
        return False
    if interview.mode is Mode.PRACTICE:
        return current_user.is_authenticated and current_user.is_active and interview.candidate_id == current_user.id
    if interview.invitation is None or interview.invitation.is_closed:
        return False
    if is_staff():
        return False
    return interview.id in session.get(_GRANTS, []) and binding.is_bound_here(interview)


def is_staff() -> bool:
    """Whether a recruiter or an admin is signed in here: they get no candidate's grant, whatever links they open."""
    return bool(current_user.is_authenticated) and current_user.role in (Role.RECRUITER, Role.ADMIN)


def load_interview(interview_id: str, *, revoked_too: bool = False) -> Interview:
    """The interview if this session may answer it; 404 otherwise, so that ids cannot be probed.

    Whoever holds the link of an invitation that was revoked meanwhile is told so (410), unless ``revoked_too``: what
    was agreed to can be taken back even then.
    """
    interview = db.session.get(Interview, interview_id)
    if interview is None:
        abort(404, _UNKNOWN)
    if not may_answer(interview):
        revoked = interview.invitation is not None and interview.invitation.is_closed
        if revoked and interview.id in session.get(_GRANTS, []) and binding.is_bound_here(interview) and not is_staff():
            if revoked_too:
                return interview
            if interview.invitation is not None and interview.invitation.withdrawn_at is not None:
                abort(410, _("You have withdrawn from this process. You can still see and withdraw your consents."))
            abort(410, _("This invitation was withdrawn by the people who sent it. Ask them what happens next."))
        abort(404, _UNKNOWN)
    return interview
