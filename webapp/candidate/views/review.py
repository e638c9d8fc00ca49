"""Looking over every answer, submitting, and what has been submitted."""

from __future__ import annotations

from flask import current_app, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.candidate import operations
from webapp.candidate.forms import SubmitForm
from webapp.candidate.progress import overview
from webapp.candidate.views.base import blueprint, open_for_answering
from webapp.core.database import db
from webapp.interviews.answering import AnsweringError, deadline_of, uploads_until
from webapp.interviews.candidate_session import load_interview
from webapp.interviews.models import Interview, InterviewState
from webapp.policy import Modality, Mode, decide_for
from webapp.reviews import deciding


@blueprint.get("/interview/<interview_id>/review")
def review(interview_id: str) -> Response | str:
    """Every question with its state, and the button that hands everything in."""
    interview = open_for_answering(interview_id)
    if not operations.has_decided(interview):
        return redirect(url_for("candidate.consent", interview_id=interview.id))
    return render_template("candidate/review.html", **_review_page(interview, SubmitForm(formdata=None)))


def _review_page(interview: Interview, form: SubmitForm) -> dict[str, object]:
    return {
        "interview": interview,
        "rows": overview(interview),
        "unfinished": operations.unfinished(interview),
        "deadline": deadline_of(interview),
        "until": uploads_until(interview),
        "form": form,
    }


@blueprint.post("/interview/<interview_id>/submit")
def submit(interview_id: str) -> Response | tuple[str, int]:
    """Hand the interview in. A second click finds it submitted and goes to the same page."""
    interview = load_interview(interview_id)
    form = SubmitForm()
    form.validate()
    try:
        operations.submit(interview, incomplete=form.incomplete.data)
    except AnsweringError as error:
        db.session.rollback()
        if error.code != "unfinished":
            raise
        form.incomplete.errors = [_("Answer the questions listed here, or tick the box to submit without them.")]
        return render_template("candidate/review.html", **_review_page(interview, form)), 422
    db.session.commit()
    current_app.logger.info("Interview %s submitted", interview.id)
    return redirect(url_for("candidate.arrived", interview_id=interview.id))


@blueprint.get("/interview/<interview_id>/arrived")
def arrived(interview_id: str) -> Response | str:
    """It arrived: when, what, and what happens next."""
    interview = load_interview(interview_id)
    if interview.state is not InterviewState.SUBMITTED:
        return redirect(url_for("candidate.welcome", interview_id=interview.id))
    return render_template(
        "candidate/arrived.html",
        interview=interview,
        rows=overview(interview),
        practice=interview.mode is Mode.PRACTICE,
        told=deciding.told(interview),
        analysed=any(decide_for(interview, modality) for modality in Modality),
    )
