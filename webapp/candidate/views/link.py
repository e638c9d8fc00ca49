"""Opening an invitation's link."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.candidate import operations
from webapp.candidate.forms import CodeForm
from webapp.candidate.status import status_token, status_url
from webapp.candidate.views.base import blueprint, expired_page
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.core.security_log import record
from webapp.interviews import binding
from webapp.interviews.answering import is_over, is_past
from webapp.interviews.candidate_session import grant, is_staff
from webapp.interviews.models import Interview, InterviewState, Invitation
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
        return _elsewhere(token, invitation, CodeForm(formdata=None)), 403
    if invitation.withdrawn_at is not None:
        if interview is not None:
            grant(interview)  # for taking consents back, and for nothing else
        return redirect(status_url(invitation))
    if invitation.revoked_at is not None:
        if interview is not None:
            grant(interview)  # for taking consents back, and for nothing else
        return render_template("candidate/link_revoked.html", invitation=invitation, interview=interview), 410
    if interview is None and is_past(invitation.deadline):
        return render_template("candidate/link_expired.html", invitation=invitation, interview=None), 410
    begins = interview is None or interview.browser is None
    if begins and request.method != "POST":
        binding.greet()
        return render_template(
            "candidate/link_begin.html",
            invitation=invitation,
            interview=interview,
            notice_url=url_for("candidate.notice", token=status_token(invitation)),
        ), 200
    if interview is None:
        interview = operations.open_interview(invitation)
    if begins and not binding.bind(interview):
        db.session.rollback()
        return _elsewhere(token, invitation, CodeForm(formdata=None)), 403
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


def _elsewhere(token: str, invitation: Invitation, form: CodeForm, *, sent: bool = False) -> str:
    interview = invitation.interview
    return render_template(
        "candidate/link_elsewhere.html",
        token=token,
        invitation=invitation,
        form=form,
        sent=sent,
        may_send=interview is not None and binding.may_send_code(interview),
    )


def _bound_elsewhere(token: str) -> tuple[Invitation, Interview]:
    invitation = invitation_of_token(token) or abort(404)
    interview = invitation.interview
    if interview is None or invitation.is_closed or is_staff():
        abort(404)
    return invitation, interview


@blueprint.post("/i/<token>/code")
@limiter.limit("10 per hour", key_func=lambda: f"code {(request.view_args or {})['token'][:120]}")
def send_code(token: str) -> Response | tuple[str, int]:
    """Send a code to the candidate's own address, to go on in this browser."""
    invitation, interview = _bound_elsewhere(token)
    if binding.is_bound_here(interview):
        return redirect(url_for("candidate.open_link", token=token))
    sent = binding.send_code(interview)
    db.session.commit()
    if not sent:
        flash(_("No more codes can be sent now. Wait an hour, or ask the person who invited you."), "error")
    return _elsewhere(token, invitation, CodeForm(formdata=None), sent=sent), 200


@blueprint.post("/i/<token>/prove")
@limiter.limit("30 per hour", key_func=lambda: f"prove {(request.view_args or {})['token'][:120]}")
def prove(token: str) -> Response | tuple[str, int]:
    """Go on in this browser, with the code that was sent; the browser before is out."""
    invitation, interview = _bound_elsewhere(token)
    form = CodeForm()
    if form.validate_on_submit():
        if binding.prove(interview, form.code.data or ""):
            db.session.commit()
            grant(interview)
            return redirect(url_for("candidate.open_link", token=token))
        db.session.commit()
        form.code.errors = [_("This is not the code, or it has ended. Check it, or have a new one sent.")]
    return _elsewhere(token, invitation, form, sent=True), 422
