"""A decision's own page: what was known, who approves, and the explanation that the candidate gets."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.interviews.access import may_decide, may_view
from webapp.reviews import deciding, explanation, requests
from webapp.reviews.access import load_for_review, may_see_readings
from webapp.reviews.models import Decision, DecisionState
from webapp.reviews.operations import ReviewError
from webapp.reviews.views.scorecard import blueprint


def _me() -> User:
    return current_user._get_current_object()


def load_decision(interview_id: str, decision_id: str, may=may_view) -> Decision:
    """A decision, for those to whom decisions show already; 404 otherwise."""
    interview = load_for_review(interview_id, may)
    decision = db.session.get(Decision, decision_id)
    if decision is None or decision.interview_id != interview.id or not may_see_readings(_me(), interview):
        abort(404)
    return decision


@blueprint.get("/<interview_id>/decisions/<decision_id>")
@login_required
def decision(interview_id: str, decision_id: str) -> str:
    """What was decided on what, and what the candidate is told."""
    row = load_decision(interview_id, decision_id)
    decides = may_decide(_me(), row.interview)
    known = row.record or {}
    ids = {card["by"] for card in known.get("scorecards", [])} | {
        user_id for answer in known.get("answers", []) for user_id in answer["opened"]
    }
    people = {user_id: person.name for user_id in ids if (person := db.session.get(User, user_id)) is not None}
    return render_template(
        "reviews/decision.html",
        decision=row,
        interview=row.interview,
        people=people,
        waiting=deciding.still_to_approve(row) if row.state is DecisionState.PROPOSED else [],
        explanation=explanation.explanation_of(row),
        requests=[each for each in requests.requests_of(row.interview) if each.decision_id == row.id],
        decides=decides,
    )


@blueprint.post("/<interview_id>/decisions/<decision_id>/approval")
@login_required
def approve(interview_id: str, decision_id: str) -> Response:
    """Approve a proposal, or return it with a note."""
    row = load_decision(interview_id, decision_id, may_decide)
    approved = request.form.get("approved") == "yes"
    try:
        deciding.approve(row, approved, request.form.get("note", ""), by=_me())
    except ReviewError as refused:
        db.session.rollback()
        flash(str(refused), "warning")
    else:
        db.session.commit()
        done = {
            DecisionState.FINAL: _("Approved. The decision counts now."),
            DecisionState.PROPOSED: _("Approved. Others have to approve it still."),
            DecisionState.RETURNED: _("Returned. The interview is in review again."),
        }[row.state]
        flash(done, "success")
    return redirect(url_for("reports.show", interview_id=interview_id, _anchor="people"))
