"""The blueprint of the candidate's pages, and what happens where something cannot be done."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.candidate.progress import duration, overview
from webapp.core.database import db
from webapp.interviews import binding
from webapp.interviews.answering import AnsweringError, is_over, saved_answers
from webapp.interviews.candidate_session import load_interview
from webapp.interviews.models import Interview, InterviewState

blueprint = Blueprint("candidate", __name__)


@blueprint.errorhandler(AnsweringError)
def refused(error: AnsweringError) -> Response | tuple[Response, int]:
    """Say why something cannot be done: to a script as JSON, to a person on the page where they can go on."""
    db.session.rollback()
    if request.is_json or request.accept_mimetypes.best == "application/json":
        return jsonify(error={"code": error.code, "message": error.message}), 403
    flash(error.message, "error")
    return redirect(url_for("candidate.review", interview_id=(request.view_args or {})["interview_id"]))


blueprint.add_app_template_filter(duration)


blueprint.after_app_request(binding.remember)


def open_for_answering(interview_id: str) -> Interview:
    """The interview while it can be worked on; otherwise a AnsweringError that leads to the page that says why."""
    interview = load_interview(interview_id)
    if interview.state is InterviewState.SUBMITTED or is_over(interview):
        raise ClosedError(interview)
    return interview


class ClosedError(Exception):
    """A page for answering was asked for when answering is over."""

    def __init__(self, interview: Interview):
        super().__init__(interview.id)
        self.interview = interview


@blueprint.errorhandler(ClosedError)
def closed(error: ClosedError) -> Response | tuple[str, int]:
    """What somebody sees whose interview is over, instead of the page that they asked for."""
    interview = error.interview
    if interview.state is InterviewState.SUBMITTED:
        return redirect(url_for("candidate.arrived", interview_id=interview.id))
    return expired_page(interview)


def expired_page(interview: Interview) -> tuple[str, int]:
    """What somebody sees who began and handed nothing in in time: what was saved, and the way to submit it."""
    return render_template(
        "candidate/link_expired.html",
        invitation=interview.invitation,
        interview=interview,
        rows=overview(interview),
        saved=saved_answers(interview),
    ), 410
