"""Opening an invitation's link."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.candidate import operations
from webapp.candidate.views.base import blueprint, expired_page
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.core.security_log import record
from webapp.interviews import binding
from webapp.interviews.answering import is_over, is_past
from webapp.interviews.candidate_session import grant, is_staff
from webapp.interviews.models import InterviewState
from webapp.interviews.operations import invitation_of_token

#: What text around a link leaves at its end: a full stop, a bracket.
_AROUND = ".,;:!?)>]}'\"»”’*_"


@blueprint.route("/i/<token>", methods=["GET", "POST"])
@limiter.limit("60 per minute", key_func=lambda: f"link {(request.view_args or {})['token'][:120]}")
def open_link(token: str) -> Response | tuple[str, int]:
    """Open an invitation's link: every way in which it may be of no use has a page of its own.

    Looking at it changes nothing, since mail scanners look at links too; the button begins.
    """
    invitation = invitation_of_token(token) or invitation_of_token(token.rstrip(_AROUND))
    if invitation is None:
        return render_template("candidate/link_unknown.html"), 404
    if is_staff():
        return render_template(
            "candidate/link_staff.html", invitation=invitation
        ), 403 if request.method == "POST" else 200
    interview = invitation.interview
    if interview is not None and not binding.is_bound_here(interview):
        return render_template("candidate/link_elsewhere.html", invitation=invitation), 403
    if invitation.revoked_at is not None:
        if interview is not None:
            grant(interview)  # for taking consents back, and for nothing else
        return render_template("candidate/link_revoked.html", invitation=invitation, interview=interview), 410
    if interview is None and is_past(invitation.deadline):
        return render_template("candidate/link_expired.html", invitation=invitation, interview=None), 410
    begins = interview is None or interview.browser is None
    if begins and request.method != "POST":
        return render_template("candidate/link_begin.html", invitation=invitation, interview=interview), 200
    if interview is None:
        interview = operations.open_interview(invitation)
    if begins and not binding.bind(interview):
        db.session.rollback()
        return render_template("candidate/link_elsewhere.html", invitation=invitation), 403
    db.session.commit()
    if begins:
        record("interview begun", interview=interview.id)
    grant(interview)
    if interview.state is InterviewState.SUBMITTED:
        flash(_("This link has been used: your interview is submitted, and nothing more can be added to it."), "info")
        return redirect(url_for("candidate.arrived", interview_id=interview.id))
    if is_over(interview):
        return expired_page(interview)
    return redirect(url_for("candidate.welcome", interview_id=interview.id))
