"""Calibration: scoring a gold interview, and how one scores, for the reviewer and their lead alone."""

from __future__ import annotations

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.accounts.models import Role, User
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.reviews import calibration, presenters
from webapp.reviews.access import load_for_review
from webapp.reviews.calibration_models import CalibrationCard, GoldInterview
from webapp.reviews.operations import ReviewError
from webapp.workspace.views.base import blueprint, me

staff = require_role(Role.RECRUITER, Role.ADMIN)


@blueprint.get("/calibration", endpoint="calibration")
@staff
def own() -> str:
    """One's own results, and what there is to score; for a lead the gold interviews and those whom they lead."""
    return _page(me())


@blueprint.get("/calibration/people/<user_id>")
@staff
def calibration_of(user_id: str) -> str:
    """A reviewer's results, for themselves and their lead: 404 for everybody else."""
    reviewer = db.session.get(User, user_id)
    if reviewer is None or not calibration.may_see(me(), reviewer):
        abort(404)
    return _page(reviewer)


def _page(reviewer: User) -> str:
    is_own = reviewer.id == me().id
    led = calibration.led_by(me()) if is_own else set()
    people = sa.select(User).where(User.id.in_(led), User.id.in_(sa.select(CalibrationCard.reviewer_id)))
    golds = [each for each in calibration.golds() if calibration.may_choose(me(), each.interview)] if is_own else []
    return render_template(
        "workspace/calibration.html",
        reviewer=reviewer,
        own=is_own,
        result=calibration.result_of(reviewer),
        due=calibration.due(reviewer) if is_own else None,
        golds=golds,
        people=db.session.scalars(people.order_by(User.name, User.id)).all(),
    )


@blueprint.route("/calibration/<gold_id>", methods=["GET", "POST"])
@staff
def calibrate(gold_id: str) -> Response | str | tuple[str, int]:
    """Score a gold interview: one page with all answers, sent as a whole."""
    row = db.session.get(GoldInterview, gold_id)
    if row is None or not calibration.may_rate(me(), row):
        abort(404)
    scores = {}
    if request.method == "POST":
        places = {calibration.place_of(question, key) for question, key in calibration.places_of(row.interview)}
        given = {place: request.form.get(f"score {place}", "") for place in places}
        if any(value not in ("", "1", "2", "3", "4", "5") for value in given.values()):
            abort(400)
        scores = {place: int(value) for place, value in given.items() if value}
        try:
            card = calibration.submit(row, me(), scores)
        except ReviewError as refused:
            flash(str(refused), "warning")
        else:
            db.session.commit()
            flash(_("Round %(number)s is kept. Only you and your lead see it.", number=card.round), "success")
            return redirect(url_for("workspace.calibration"))
    page = render_template(
        "workspace/calibrate.html",
        gold=row,
        interview=row.interview,
        answers=[view for view in presenters.answers_of(row.interview) if view.answer and view.answer.is_given],
        scores=scores,
        place_of=calibration.place_of,
        practice=False,
    )
    return (page, 422) if request.method == "POST" else page


@blueprint.post("/<interview_id>/gold")
@staff
def make_gold(interview_id: str) -> Response:
    """Calibrate with this interview; one's own scorecard is the reference."""
    interview = load_for_review(interview_id)
    try:
        calibration.make_gold(interview, by=me())
    except ReviewError as refused:
        flash(str(refused), "warning")
        return redirect(url_for("workspace.overview", interview_id=interview.id))
    db.session.commit()
    flash(_("This interview is now scored for calibration. Your scorecard is the reference."), "success")
    return redirect(url_for("workspace.calibration"))


@blueprint.post("/calibration/<gold_id>/retire")
@staff
def retire_gold(gold_id: str) -> Response:
    """Calibrate with it no more."""
    row = db.session.get(GoldInterview, gold_id) or abort(404)
    load_for_review(row.interview_id)
    try:
        calibration.retire(row, by=me())
    except ReviewError as refused:
        flash(str(refused), "warning")
    else:
        db.session.commit()
    return redirect(url_for("workspace.calibration"))
