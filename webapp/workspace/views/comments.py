"""Comments on an answer: written, answered, resolved; and where one was mentioned."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.interviews.models import Interview
from webapp.questions.models import Question
from webapp.reviews import comments
from webapp.reviews.access import load_for_review, may_see_readings
from webapp.reviews.comment_models import Comment
from webapp.reviews.comments import CommentError, Place
from webapp.workspace.presenters import question_of, threads_for
from webapp.workspace.views.base import blueprint, by_script, me


@blueprint.get("/<interview_id>/answers/<int:number>/comments")
@login_required
def thread_list(interview_id: str, number: int) -> FlaskResponse:
    """The comments alone, as they are now."""
    interview, question = _answer(interview_id, number)
    return _panel(interview, question)


@blueprint.post("/<interview_id>/answers/<int:number>/comments")
@login_required
def comment(interview_id: str, number: int) -> Response:
    """Write one: ``text``; ``at`` and ``until`` in seconds; ``quote``; ``parent`` for a reply."""
    interview, question = _answer(interview_id, number)
    place = Place(
        request.form.get("at", type=float), request.form.get("until", type=float), request.form.get("quote", "")
    )
    parent = None
    if parent_id := request.form.get("parent"):
        parent = comments.comment_of(interview, parent_id) or abort(404)
        _check_visible(interview, parent)
    try:
        comments.add(interview, question, request.form.get("text", ""), by=me(), place=place, parent=parent)
    except CommentError as refused:
        return _refused(interview, number, refused)
    db.session.commit()
    return _done(interview, question)


@blueprint.post("/<interview_id>/comments/<comment_id>")
@login_required
def change_comment(interview_id: str, comment_id: str) -> Response:
    """``then``: ``resolve``, ``reopen`` or ``delete``."""
    interview = load_for_review(interview_id)
    row = comments.comment_of(interview, comment_id) or abort(404)
    _check_visible(interview, row)
    question = row.question
    try:
        match request.form.get("then"):
            case "resolve":
                comments.resolve(row, by=me())
            case "reopen":
                comments.resolve(row, by=me(), resolved=False)
            case "delete":
                comments.delete(row, by=me())
            case _:
                abort(400)
    except CommentError as refused:
        return _refused(interview, question.position, refused)
    db.session.commit()
    return _done(interview, question)


@blueprint.get("/<interview_id>/people")
@login_required
def people(interview_id: str) -> Response:
    """Names that a comment on this interview may mention, for ``?q=``: the beginning of one."""
    interview = load_for_review(interview_id)
    found = comments.offered(interview, request.args.get("q", "")[:60], me())
    return jsonify(names=[person.name for person in found])


@blueprint.get("/mentions")
@login_required
def mentions() -> str:
    """Where colleagues mentioned the present user."""
    rows = comments.mentions_of(me(), seen=True)
    hidden = {row.id for row in rows if not may_see_readings(me(), row.comment.interview)}
    return render_template("workspace/mentions.html", mentions=rows, hidden=hidden)


def _check_visible(interview: Interview, row: Comment) -> None:
    """Somebody else's comment is not there until one's own scorecard is in: 404."""
    if row.author_id != me().id and not may_see_readings(me(), interview):
        abort(404)


def _answer(interview_id: str, number: int) -> tuple[Interview, Question]:
    interview = load_for_review(interview_id)
    return interview, question_of(interview, number) or abort(404)


def _panel(interview: Interview, question: Question) -> FlaskResponse:
    html = render_template(
        "workspace/_threads.html", interview=interview, number=question.position,
        threads=threads_for(interview, question, me()), me=me(),
    )  # fmt: skip
    return FlaskResponse(html)


def _done(interview: Interview, question: Question) -> Response:
    if by_script():
        return _panel(interview, question)
    return redirect(
        url_for("workspace.answer", interview_id=interview.id, number=question.position, _anchor="side-comments")
    )


def _refused(interview: Interview, number: int, refused: CommentError) -> Response:
    if by_script():
        response = jsonify(error={"code": "refused", "message": str(refused)})
        response.status_code = 422
        return response
    flash(str(refused), "warning")
    return redirect(url_for("workspace.answer", interview_id=interview.id, number=number, _anchor="side-comments"))
