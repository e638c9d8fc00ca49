"""The candidate's status page: what arrived, what happens next and by when, whom to reach, and how to withdraw."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.candidate import status as standing
from webapp.candidate.forms import RequestForm
from webapp.candidate.views.base import blueprint
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.interviews import operations
from webapp.interviews.models import Invitation, RequestKind
from webapp.policy.clocks import answer_clock


def _invitation(token: str) -> Invitation:
    found = standing.invitation_of_status_token(token)
    return found or abort(404, _("This link is not complete. Open it again from the message that you were sent."))


def _page(token: str, invitation: Invitation, form: RequestForm) -> str:
    return render_template(
        "candidate/status.html",
        token=token,
        invitation=invitation,
        steps=standing.steps(invitation),
        blocks=standing.blocks(invitation),
        clock=answer_clock(invitation.position.place),
        due=standing.answer_due(invitation),
        told=standing.told(invitation),
        requests=operations.requests_of(invitation),
        form=form,
    )


@blueprint.get("/status/<token>")
@limiter.limit("60 per minute")
def status(token: str) -> str:
    """Where things stand."""
    return _page(token, _invitation(token), RequestForm(formdata=None))


@blueprint.post("/status/<token>/ask")
@limiter.limit("10 per hour")
def ask(token: str) -> Response | tuple[str, int]:
    """Ask for another format, another time or a person."""
    invitation, form = _invitation(token), RequestForm()
    if form.validate_on_submit():
        try:
            operations.ask(invitation, RequestKind(form.kind.data), form.text.data or "")
        except operations.InvitationError as error:
            form.text.errors = [str(error)]
        else:
            db.session.commit()
            flash(_("Sent to %(name)s. You get the answer by mail.", name=invitation.created_by.name), "success")
            return redirect(url_for("candidate.status", token=token))
    return _page(token, invitation, form), 422


@blueprint.route("/status/<token>/withdraw", methods=["GET", "POST"])
@limiter.limit("20 per minute")
def withdraw(token: str) -> Response | str:
    """Withdraw from the process, after a page that says what that means."""
    invitation = _invitation(token)
    if request.method == "GET" and invitation.withdrawn_at is None:
        return render_template("candidate/withdraw_process.html", token=token, invitation=invitation)
    if request.method == "POST" and operations.withdraw(invitation):
        db.session.commit()
        flash(_("You have withdrawn. %(name)s has been told.", name=invitation.created_by.name), "info")
    return redirect(url_for("candidate.status", token=token))
