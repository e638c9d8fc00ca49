"""Putting right what was written down of a spoken answer."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.interviews.candidate_session import load_interview
from webapp.interviews.models import Answer, Interview, InterviewState
from webapp.own_data import operations
from webapp.own_data.views.base import blueprint
from webapp.transcripts import store
from webapp.transcripts.models import Transcript
from webapp.transcripts.operations import TranscriptError


def _load(interview_id: str, answer_id: str) -> tuple[Interview, Answer, Transcript]:
    """A submitted answer of this very interview with a transcript; 404 otherwise."""
    interview = load_interview(interview_id)
    answer = db.session.get(Answer, answer_id)
    if answer is None or answer.interview_id != interview.id or interview.state is not InterviewState.SUBMITTED:
        abort(404)
    return interview, answer, store.visible(answer) or abort(404)


@blueprint.route("/transcripts/<answer_id>", methods=["GET", "POST"])
def transcript(interview_id: str, answer_id: str) -> Response | str | tuple[str, int]:
    """Line by line beside the recording. Every version is kept, and reviewers see that this one is the candidate's."""
    interview, answer, row = _load(interview_id, answer_id)
    error = ""
    if request.method == "POST":
        try:
            operations.correct(answer, request.form.get("version", type=int), request.form.getlist("line"))
        except TranscriptError as refused:
            db.session.rollback()
            error = str(refused)
        else:
            db.session.commit()
            flash(_("Saved. The people who review your answers see your correction."), "success")
            return redirect(url_for("own_data.show", interview_id=interview_id, _anchor="receipts"))
    return _page(interview, answer, row, error)


@blueprint.post("/transcripts/<answer_id>/language")
def language(interview_id: str, answer_id: str) -> Response | str | tuple[str, int]:
    """Say which ``language`` was spoken; the recording is then written down anew."""
    interview, answer, row = _load(interview_id, answer_id)
    try:
        operations.speak_language(answer, request.form.get("language", ""))
    except TranscriptError as refused:
        db.session.rollback()
        return _page(interview, answer, row, str(refused))
    db.session.commit()
    flash(_("The recording is being transcribed. Load this page again in a moment."), "success")
    return redirect(url_for("own_data.show", interview_id=interview_id, _anchor="receipts"))


def _page(interview: Interview, answer: Answer, row: Transcript, error: str) -> str | tuple[str, int]:
    page = render_template(
        "own_data/correct.html", interview=interview, answer=answer, row=row, error=error,
        recording=store.recording_of(answer),
    )  # fmt: skip
    return (page, 422) if error else page
