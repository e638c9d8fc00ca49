"""The scorecard's page, and what is done from the report: skip, decide."""

from __future__ import annotations

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.interviews.access import may_decide, may_view
from webapp.interviews.models import Interview
from webapp.reviews import deciding, openings, operations, presenters
from webapp.reviews.access import is_identity_hidden, load_for_review
from webapp.reviews.forms import given_in_form
from webapp.reviews.models import DecisionState, Outcome, ScorecardState
from webapp.reviews.operations import Given, ReviewError

blueprint = Blueprint("reviews", __name__, url_prefix="/reviews")


def _me() -> User:
    return current_user._get_current_object()


@blueprint.get("/<interview_id>/scorecard")
@login_required
def scorecard(interview_id: str) -> str | Response:
    """One's own scorecard: to fill in, or as it was submitted. In blind review it is filled in beside each answer."""
    interview = load_for_review(interview_id)
    if is_identity_hidden(_me(), interview):
        return redirect(url_for("workspace.answer", interview_id=interview.id, number=1))
    return _page(interview)


def _page(interview: Interview, given: dict[str, Given] | None = None, summary: str | None = None) -> str:
    card = operations.latest(interview, _me())
    return render_template(
        "reviews/scorecard.html",
        interview=interview,
        answers=presenters.answers_of(interview),
        card=card,
        editable=card is None or card.state is not ScorecardState.SUBMITTED,
        given=given,
        summary=summary,
        practice=False,
    )


@blueprint.post("/<interview_id>/scorecard")
@login_required
def save(interview_id: str) -> Response | tuple[str | Response, int]:
    """Keep a draft, or submit it. A script that saves while somebody writes is answered in JSON."""
    by_script = request.accept_mimetypes.best == "application/json"
    interview = load_for_review(interview_id)
    summary = request.form.get("summary", "")
    given = given_in_form(interview.questions)
    try:
        card = operations.save(interview, _me(), given, summary)
        if request.form.get("then") == "submit":
            db.session.commit()  # what was written is kept even where something is missing
            operations.submit(card)
    except ReviewError as refused:
        if by_script:
            return jsonify(error={"code": "refused", "message": str(refused)}), 422
        flash(str(refused), "warning")
        return _page(interview, given, summary), 422
    db.session.commit()
    if by_script:
        return jsonify(version=card.version, state=card.state.value)
    if card.state is ScorecardState.SUBMITTED:
        flash(_("Your scorecard is submitted. You can now see the analyses."), "success")
        return redirect(url_for("reports.show", interview_id=interview.id))
    flash(_("Your draft has been saved. Only you can see it."), "success")
    return redirect(url_for("reviews.scorecard", interview_id=interview.id))


@blueprint.post("/<interview_id>/scorecard/new-version")
@login_required
def take_up(interview_id: str) -> Response:
    """Change a submitted scorecard: a new version; the old one is kept."""
    return _do(load_for_review(interview_id), operations.take_up, to="reviews.scorecard")


@blueprint.post("/<interview_id>/skip")
@login_required
def skip(interview_id: str) -> Response:
    """Go without a scorecard."""
    return _do(load_for_review(interview_id), operations.skip, to="reports.show")


def _do(interview: Interview, verb, *, to: str) -> Response:
    try:
        verb(interview, _me())
    except ReviewError as refused:
        flash(str(refused), "warning")
    else:
        db.session.commit()
    return redirect(url_for(to, interview_id=interview.id))


@blueprint.post("/<interview_id>/answers/<answer_id>/opened")
@login_required
def opened(interview_id: str, answer_id: str) -> tuple[str, int]:
    """Note that this person has played an answer for a second, or had its words on the screen. A script says so."""
    interview = load_for_review(interview_id, may_view)
    answer = next((each for each in interview.answers if each.id == answer_id), None) or abort(404)
    openings.note_opened(answer, _me())
    db.session.commit()
    return "", 204


@blueprint.post("/<interview_id>/decisions")
@login_required
def decide(interview_id: str) -> Response:
    """Record a decision and its reason."""
    interview = load_for_review(interview_id, may_decide)
    try:
        outcome = Outcome(request.form.get("outcome", ""))
    except ValueError:
        flash(_("Choose what happens next."), "warning")
    else:
        try:
            decision = deciding.decide(interview, outcome, request.form.get("reason", ""), by=_me())
        except ReviewError as refused:
            flash(str(refused), "warning")
        else:
            db.session.commit()
            flash(
                _("Your decision has been recorded with your name and the reason.")
                if decision.state is DecisionState.FINAL
                else _("Your decision has been recorded. It counts once it is approved."),
                "success",
            )
    return redirect(url_for("reports.show", interview_id=interview.id, _anchor="people"))
