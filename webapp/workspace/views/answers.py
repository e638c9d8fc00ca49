"""One answer of an interview: to watch, to read and to score."""

from __future__ import annotations

from typing import Any

from flask import Response as FlaskResponse
from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.core.once import commit_and_go_on
from webapp.interviews.access import may_review, may_view
from webapp.interviews.answering import load_answers
from webapp.interviews.models import Answer, Interview
from webapp.questions.models import Question
from webapp.reviews import comments, openings, operations, queue
from webapp.reviews.access import is_identity_hidden, load_for_review, may_see_readings
from webapp.reviews.operations import Given, ReviewError
from webapp.transcripts import store
from webapp.workspace import timeline
from webapp.workspace.presenters import Progress, answer_page, progress_of, question_of
from webapp.workspace.views.base import blueprint, by_script, me


@blueprint.get("/<interview_id>/answers/<int:number>")
@login_required
def answer(interview_id: str, number: int) -> FlaskResponse | Response:
    """The workspace at one answer; only the answer's part of it for a script that moves between answers. Who may look
    and not review is led to the overview.

    Where its words are on the screen it counts as opened, which a decision needs; a recording without a transcript
    does once it has played (``played``).
    """
    interview = load_for_review(interview_id, may_view)
    if not may_review(me(), interview):
        return redirect(url_for("workspace.overview", interview_id=interview.id))
    load_answers(interview)
    question = _question(interview, number)
    given = _given(interview, question)
    if given is not None and store.words_of(given) is not None:
        openings.note_opened(given, me())
    if may_see_readings(me(), interview):
        comments.note_seen(interview, question, me())
    commit_and_go_on()
    return _page(interview, number, fragment="X-Fragment" in request.headers)


def _page(interview: Interview, number: int, *, fragment: bool = False, **given: Any) -> FlaskResponse:
    page = answer_page(interview, number, me()) or abort(404)
    values = {
        "me": me(),
        "page": page,
        "interview": interview,
        "review": page.review,
        "practice": False,
        "nameless": is_identity_hidden(me(), interview),
        "path_of": timeline.path_of,
        **given,
    }
    if fragment:
        response = FlaskResponse(render_template("workspace/_answer.html", **values))
    else:
        left = queue.count_for(me(), interview.position_id)
        response = FlaskResponse(render_template("workspace/answer.html", left=left, **values))
    response.headers["Vary"] = "X-Fragment"
    return response


@blueprint.post("/<interview_id>/answers/<int:number>")
@login_required
def save(interview_id: str, number: int) -> Response:
    """Keep scores (``score-KEY``: 1..5 or empty) and the ``note`` of one answer; what is not sent stays as it is."""
    interview = load_for_review(interview_id)
    question = _question(interview, number)
    try:
        given = Given(None, request.form.get("note"), _scores(question))
        operations.save(interview, me(), {question.id: given}, None)
    except ReviewError as refused:
        if by_script():
            return _refusal(refused)
        flash(str(refused), "warning")
    else:
        db.session.commit()
        if by_script():
            return jsonify(summary_of(progress_of(interview, me())))
        flash(_("Saved. Only you can see your scorecard until you submit it."), "success")
    return redirect(url_for("workspace.answer", interview_id=interview.id, number=number))


def _scores(question: Question) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for name, value in request.form.items():
        if name.startswith("score-"):
            if value not in ("", "1", "2", "3", "4", "5"):
                abort(400)
            found[name.removeprefix("score-")] = int(value) if value else None
    return found


@blueprint.post("/<interview_id>/answers/<int:number>/played")
@login_required
def played(interview_id: str, number: int) -> Response:
    """The answer's recording ran for a second; without a script its reviewer says so."""
    interview = load_for_review(interview_id)
    openings.note_opened(_given(interview, _question(interview, number)) or abort(404), me())
    db.session.commit()
    if not by_script():
        return redirect(url_for("workspace.answer", interview_id=interview.id, number=number))
    return jsonify(summary_of(progress_of(interview, me())))


def _given(interview: Interview, question: Question) -> Answer | None:
    return next((each for each in interview.answers if each.question_id == question.id and each.is_given), None)


def summary_of(progress: Progress) -> dict[str, Any]:
    """What a script shows of the progress: what is missing, by number, and one sentence about it."""
    return {
        "unopened": progress.unopened,
        "unrated": progress.unrated,
        "ready": progress.ready,
        "words": render_template("workspace/_missing.html", progress=progress).strip(),
    }


def _refusal(refused: ReviewError) -> FlaskResponse:
    response = jsonify(error={"code": "refused", "message": str(refused)})
    response.status_code = 422
    return response


def _question(interview: Interview, number: int) -> Question:
    return question_of(interview, number) or abort(404)
