"""Voluntary self-identification, for candidates who handed in."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.fairness import operations
from webapp.fairness.categories import ETHNICITIES, SEXES, Ethnicity, Sex
from webapp.interviews.candidate_session import load_interview
from webapp.interviews.models import InterviewState
from webapp.policy import Mode

blueprint = Blueprint("identify", __name__)


@blueprint.route("/interview/<interview_id>/about-you", methods=["GET", "POST"])
def form(interview_id: str) -> Response | str:
    """Ask, once the interview is handed in; saying nothing is as good."""
    interview = load_interview(interview_id)
    if interview.mode is not Mode.ASSESSMENT or interview.state is not InterviewState.SUBMITTED:
        abort(404)
    if request.method == "POST":
        if request.form.get("forget"):
            operations.forget(interview)
            flash(_("Deleted."), "info")
        else:
            try:
                sex, ethnicity = (
                    Sex(request.form.get("sex", "unsaid")),
                    Ethnicity(request.form.get("ethnicity", "unsaid")),
                )
            except ValueError:
                abort(400)
            operations.identify(interview, sex, ethnicity)
            flash(_("Thank you. Your answers are kept apart from your interview."), "success")
        db.session.commit()
        return redirect(url_for("candidate.arrived", interview_id=interview.id))
    return render_template(
        "fairness/identify.html", interview=interview, sexes=SEXES, ethnicities=ETHNICITIES,
        said=operations.said(interview),
    )  # fmt: skip
