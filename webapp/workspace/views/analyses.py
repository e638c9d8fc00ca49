"""What programs read in an answer, for the workspace: only once one's own scorecard is in."""

from __future__ import annotations

from flask import abort, jsonify, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.interviews.models import Interview
from webapp.reports.view import AnswerView, view_of
from webapp.reviews import operations
from webapp.reviews.access import load_for_review, may_see_readings, review_of
from webapp.reviews.models import Verdict
from webapp.reviews.operations import ReviewError
from webapp.workspace import timeline
from webapp.workspace.analyses import analyses_of
from webapp.workspace.views.base import blueprint, by_script, me


@blueprint.get("/<interview_id>/answers/<int:number>/analyses")
@login_required
def analyses(interview_id: str, number: int) -> str:
    """The timeline, and the suggestions by point of the guide, as a part of the page. 404 until it may be seen."""
    interview = load_for_review(interview_id)
    return _part(interview, number, _view(interview, number))


def _part(interview: Interview, number: int, view: AnswerView) -> str:
    return render_template(
        "workspace/_analyses.html",
        interview=interview,
        number=number,
        view=view,
        answer=view.answer,
        shown=analyses_of(interview, view),
        path_of=timeline.path_of,
        review=review_of(interview),
        practice=False,
    )


@blueprint.post("/<interview_id>/answers/<int:number>/points")
@login_required
def point(interview_id: str, number: int) -> Response | str:
    """Confirm or strike a point: ``point``, ``verdict``."""
    interview = load_for_review(interview_id)
    view = _view(interview, number)
    wanted = request.form.get("point", "")
    try:
        verdict = Verdict(request.form.get("verdict", ""))
    except ValueError:
        abort(400)
    points = view.content.points if view.content else []
    found = any(each["point"] == wanted and each["found"] for each in points)
    try:
        operations.give_verdict(view.answer or abort(404), wanted, verdict, was_found=found, by=me())
    except ReviewError as refused:
        response = jsonify(error={"code": "refused", "message": str(refused)})
        response.status_code = 422
        return response
    db.session.commit()
    if by_script():
        return _part(interview, number, view)
    return redirect(url_for("workspace.answer", interview_id=interview.id, number=number, _anchor="side-analyses"))


def _view(interview: Interview, number: int) -> AnswerView:
    if not may_see_readings(me(), interview):
        abort(404)
    views = view_of(interview).answers
    return views[number - 1] if 1 <= number <= len(views) else abort(404)
