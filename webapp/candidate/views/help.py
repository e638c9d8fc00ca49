"""Help: what somebody needs to answer well, another format by one click, and how the pages look to them."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.candidate import operations as candidate
from webapp.candidate.progress import next_place
from webapp.candidate.views.base import blueprint, open_for_answering
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.employer.offers import OFFERS
from webapp.employer.operations import page_of
from webapp.interviews import accommodations
from webapp.interviews.accommodation_models import Help
from webapp.interviews.models import Interview
from webapp.interviews.operations import InvitationError, requests_of


def _page(interview: Interview, *, error: str = "", words: str = "") -> str:
    invitation = interview.invitation
    page = page_of(invitation.organisation_id) if invitation else None
    return render_template(
        "candidate/help.html",
        interview=interview,
        offers=OFFERS,
        at_once=page.at_once if page else [],
        person_instead=page is not None and page.person_instead,
        signed=sorted({each.sign_language for each in interview.question_set.questions if each.signed}),
        rows={row.kind.value: row for row in accommodations.of_invitation(invitation)},
        requests=requests_of(invitation) if invitation else [],
        error=error,
        words=words,
        chosen=request.form.getlist("kind"),
    )


@blueprint.route("/interview/<interview_id>/help", methods=["GET", "POST"])
@limiter.limit("20 per hour", methods=["POST"])
def help(interview_id: str) -> Response | str | tuple[str, int]:
    """Ask for help at any moment, also in the middle of the interview; what the organisation grants at once holds
    from now on."""
    interview = open_for_answering(interview_id)
    if request.method != "POST":
        return _page(interview)
    invitation = interview.invitation or abort(404)
    kinds = [Help(each) for each in request.form.getlist("kind") if each in set(Help)]
    try:
        granted, asked = accommodations.ask(invitation, kinds, request.form.get("words", ""))
    except InvitationError as refused:
        db.session.rollback()
        return _page(interview, error=str(refused), words=request.form.get("words", "")), 422
    db.session.commit()
    if granted:
        flash(_("Granted, from now on: %(list)s.", list="; ".join(str(OFFERS[row.kind]) for row in granted)), "success")
    if asked:
        flash(_("Sent to %(name)s. You get the answer by mail.", name=invitation.created_by.name), "success")
    return redirect(url_for("candidate.help", interview_id=interview_id))


@blueprint.post("/interview/<interview_id>/person")
@limiter.limit("10 per hour")
def person(interview_id: str) -> Response:
    """A conversation with a person instead, where the organisation offers it: one click, no reason."""
    interview = open_for_answering(interview_id)
    invitation = interview.invitation
    if invitation is None or not page_of(invitation.organisation_id).person_instead:
        abort(404)
    accommodations.person_instead(invitation)
    db.session.commit()
    flash(
        _("%(name)s has been told that you would like a conversation instead, and writes to you. You can still answer "
          "here if you change your mind.", name=invitation.created_by.name),
        "success",
    )  # fmt: skip
    return redirect(url_for("candidate.welcome", interview_id=interview_id))


@blueprint.post("/interview/<interview_id>/writing")
def writing(interview_id: str) -> Response:
    """Answer everything in writing: nothing is recorded, no program reads anything, and it is one click."""
    interview = open_for_answering(interview_id)
    if not candidate.has_decided(interview):
        candidate.record_consents(interview, set())
        db.session.commit()
        flash(_("You answer in writing, and nothing is recorded. You can change that under “My consent”."), "info")
    return redirect(next_place(interview).url)
