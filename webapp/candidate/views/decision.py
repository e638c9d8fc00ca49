"""The decision as the candidate is told it: why, with which part of analyses, and how to ask for another look."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.candidate.views.base import blueprint
from webapp.core.database import db
from webapp.interviews.candidate_session import load_interview
from webapp.interviews.models import Interview
from webapp.reviews import deciding, explanation, requests
from webapp.reviews.models import Decision
from webapp.reviews.operations import ReviewError


def _load(interview_id: str) -> tuple[Interview, Decision]:
    interview = load_interview(interview_id)
    return interview, deciding.told(interview) or abort(404)


@blueprint.get("/interview/<interview_id>/decision")
def decision(interview_id: str) -> str:
    """What was decided and why; 404 until the candidate has been told."""
    interview, row = _load(interview_id)
    return render_template(
        "candidate/decision.html",
        interview=interview,
        decision=row,
        explanation=explanation.explanation_of(row),
        may_ask=requests.may_ask(interview),
        asked=requests.open_request(interview),
        earlier=[each for each in requests.requests_of(interview) if each.closed_at is not None],
    )


@blueprint.post("/interview/<interview_id>/decision")
def ask_again(interview_id: str) -> Response:
    """Ask that another person look again."""
    interview, _row = _load(interview_id)
    try:
        requests.ask(interview, request.form.get("words", ""))
    except ReviewError as refused:
        db.session.rollback()
        flash(str(refused), "warning")
    else:
        db.session.commit()
        flash(_("Your request has been recorded. Another person will look at your interview."), "success")
    return redirect(url_for("candidate.decision", interview_id=interview_id))
