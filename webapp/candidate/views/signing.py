"""Signing what the law of a place wants signed before a face or a voice is analysed, and reading what one was told."""

from __future__ import annotations

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.candidate import operations, places
from webapp.candidate.progress import next_place
from webapp.candidate.status import invitation_of_status_token
from webapp.candidate.views.base import blueprint, open_for_answering
from webapp.core.database import db, now
from webapp.core.extensions import limiter
from webapp.interviews.candidate_session import load_interview
from webapp.interviews.models import Interview, InterviewState
from webapp.interviews.notice_models import COVERS
from webapp.notices import operations as notices
from webapp.notices import texts
from webapp.policy.codes import UnknownPlaceError


@blueprint.get("/status/<token>/notice")
@limiter.limit("60 per minute")
def notice(token: str) -> str:
    """What is used, for what, from which data, for how long, and which rights there are."""
    invitation = invitation_of_status_token(token) or abort(
        404, _("This link is not complete. Open it again from the message that you were sent.")
    )
    return render_template("candidate/notice.html", invitation=invitation, parts=texts.shown(invitation), token=token)


@blueprint.route("/interview/<interview_id>/sign", methods=["GET", "POST"])
def sign(interview_id: str) -> Response | tuple[str, int]:
    """Sign one document after the other, or say no to all: then what they are for is not done."""
    interview = load_interview(interview_id)
    if interview.state is InterviewState.OPEN:
        open_for_answering(interview_id)
    wanted = notices.to_sign(interview)
    if not wanted:
        return _on(interview)
    document, errors = wanted[0], {}
    if request.method == "POST" and request.form.get("refuse"):
        covered = {purpose for text in wanted for purpose in COVERS[text.kind]}
        operations.record_consents(interview, interview.consented - covered)
        db.session.commit()
        flash(_("Saved. Nothing that needs a signature is done."), "info")
        return _on(interview)
    if request.method == "POST" and request.form.get("kind") == document.kind.value:
        try:
            notices.sign(
                interview, document.kind, name=request.form.get("name", ""), day=_day(request.form.get("day", "")),
                read=request.form.get("read") == "yes", origin=operations.consent_origin(),
            )  # fmt: skip
        except notices.SigningError as error:
            errors = {error.field: str(error)}
        else:
            db.session.commit()
            return redirect(url_for("candidate.sign", interview_id=interview.id))
    page = render_template(
        "candidate/sign.html", interview=interview, document=document, more=len(wanted) - 1, errors=errors,
        today=now().date().isoformat(), form=request.form,
    )  # fmt: skip
    return page, 422 if errors else 200


@blueprint.post("/interview/<interview_id>/place")
def place(interview_id: str) -> Response:
    """Say anew where one lives."""
    interview = load_interview(interview_id)
    if not places.is_asked(interview):
        abort(404)
    try:
        changed = places.live_in(interview, request.form.get(places.FIELD, ""))
    except UnknownPlaceError as error:
        flash(str(error), "error")
    else:
        db.session.commit()
        flash(_("Saved.") if changed else _("Nothing was changed."), "info")
    return redirect(url_for("candidate.consents", interview_id=interview.id))


def _on(interview: Interview) -> Response:
    if interview.state is InterviewState.OPEN:
        return redirect(next_place(interview, check_devices=True).url)
    return redirect(url_for("candidate.consents", interview_id=interview.id))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
