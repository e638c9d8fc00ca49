"""Submitting the scorecard, and deciding, from the workspace."""

from __future__ import annotations

from flask import flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.interviews.access import may_decide
from webapp.interviews.models import Interview
from webapp.reviews import deciding, operations
from webapp.reviews.access import load_for_review
from webapp.reviews.models import DecisionState, Outcome, ScorecardState
from webapp.reviews.operations import ReviewError
from webapp.workspace.views.base import blueprint, by_script, me
from webapp.workspace.views.overview import address_of_next


@blueprint.post("/<interview_id>/decide")
@login_required
def decide(interview_id: str) -> Response:
    """Submit the scorecard where it is a draft, and decide: ``outcome``, ``reason``. ``then=next`` leads on to the next
    candidate. Both happen, or neither does."""
    interview = load_for_review(interview_id, may_decide)
    try:
        outcome = Outcome(request.form.get("outcome", ""))
    except ValueError:
        return _refused(interview, _("Choose what happens next."))
    try:
        submit_draft(interview)
        decision = deciding.decide(interview, outcome, request.form.get("reason", ""), by=me())
    except ReviewError as refused:
        db.session.rollback()
        return _refused(interview, str(refused))
    db.session.commit()
    name = interview.candidate_name
    flash(
        _("Your decision about %(name)s has been recorded with your name and the reason.", name=name)
        if decision.state is DecisionState.FINAL
        else _("Your decision about %(name)s has been recorded. It counts once it is approved.", name=name),
        "success",
    )
    if request.form.get("then") == "next":
        return _go(address_of_next(interview))
    return _go(url_for("workspace.overview", interview_id=interview.id))


@blueprint.post("/<interview_id>/submit")
@login_required
def submit(interview_id: str) -> Response:
    """Submit the scorecard without deciding: it is closed, and the analyses and other scorecards show."""
    interview = load_for_review(interview_id)
    try:
        if "summary" in request.form:
            operations.save(interview, me(), {}, request.form["summary"])
        submit_draft(interview)
    except ReviewError as refused:
        db.session.rollback()
        return _refused(interview, str(refused))
    db.session.commit()
    flash(_("Your scorecard is submitted. You can now see the analyses and the other scorecards."), "success")
    return _go(url_for("workspace.overview", interview_id=interview.id))


def submit_draft(interview: Interview) -> None:
    """Submit the present reviewer's scorecard unless they have. Raises ReviewError where something is missing."""
    card = operations.latest(interview, me())
    if card is None or card.state is ScorecardState.SKIPPED:
        card = operations.save(interview, me(), {}, None)
    if card.state is ScorecardState.DRAFT:
        operations.submit(card)


def _refused(interview: Interview, words: str) -> Response:
    if by_script():
        response = jsonify(error={"code": "refused", "message": words})
        response.status_code = 422
        return response
    flash(words, "warning")
    number = request.form.get("number", 1, type=int)
    return redirect(url_for("workspace.answer", interview_id=interview.id, number=max(1, number)))


def _go(address: str) -> Response:
    """On to ``address``: a script does the navigation itself."""
    return jsonify(next=address) if by_script() else redirect(address)
