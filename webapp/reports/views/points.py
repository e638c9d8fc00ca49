"""Confirming and striking what the models found of a question's scoring guide, from the report."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.reports.view import view_of
from webapp.reviews import operations
from webapp.reviews.access import load_for_review, may_see_readings
from webapp.reviews.models import Verdict
from webapp.reviews.operations import ReviewError

blueprint = Blueprint("points", __name__, url_prefix="/reviews")


@blueprint.post("/<interview_id>/points")
@login_required
def verdict(interview_id: str) -> Response:
    """Confirm or strike a rubric point of one answer."""
    interview, reviewer = load_for_review(interview_id), current_user._get_current_object()
    if not may_see_readings(reviewer, interview):
        abort(404)
    answer = next((each for each in interview.answers if each.id == request.form.get("answer")), None) or abort(404)
    try:
        word = Verdict(request.form.get("verdict", ""))
    except ValueError:
        abort(400)
    view = next(each for each in view_of(interview).answers if each.answer is answer)
    point = request.form.get("point", "")
    found = any(each["point"] == point and each["found"] for each in (view.content.points if view.content else ()))
    try:
        operations.give_verdict(answer, point, word, was_found=found, by=reviewer)
    except ReviewError as refused:
        flash(str(refused), "warning")
    else:
        db.session.commit()
    return redirect(url_for("reports.show", interview_id=interview.id, _anchor=f"points-{answer.id}"))
