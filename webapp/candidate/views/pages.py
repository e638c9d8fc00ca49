"""The candidate's pages: the link, welcome, consent, device check, review, submission, and consents afterwards."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.candidate import binding, consent_texts, operations
from webapp.candidate.access import grant, is_staff, load_interview, may_answer
from webapp.candidate.forms import SubmitForm
from webapp.candidate.operations import Refused
from webapp.candidate.progress import duration, duration_minutes, next_place, overview
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.interviews.models import Interview, InterviewState
from webapp.interviews.operations import invitation_of_token
from webapp.policy import Mode, Purpose

blueprint = Blueprint("candidate", __name__)

#: Largest body of the connection test, in bytes.
PROBE = 512 * 1024


@blueprint.errorhandler(Refused)
def refused(error: Refused) -> Response | tuple[Response, int]:
    """Say why something cannot be done: to a script as JSON, to a person on the page where they can go on."""
    db.session.rollback()
    if request.is_json or request.accept_mimetypes.best == "application/json":
        return jsonify(error={"code": error.code, "message": error.message}), 403
    flash(error.message, "error")
    return redirect(url_for("candidate.review", interview_id=(request.view_args or {})["interview_id"]))


blueprint.add_app_template_filter(duration)


#: What text around a link leaves at its end: a full stop, a bracket.
_AROUND = ".,;:!?)>]}'\"»”’*_"


@blueprint.route("/i/<token>", methods=["GET", "POST"])
@limiter.limit("60 per minute", key_func=lambda: f"link {request.view_args['token'][:120]}")
def open_link(token: str) -> Response | tuple[str, int]:
    """Open an invitation's link: every way in which it may be of no use has a page of its own.

    Looking at it changes nothing, since mail scanners look at links too; the button begins.
    """
    invitation = invitation_of_token(token) or invitation_of_token(token.rstrip(_AROUND))
    if invitation is None:
        return render_template("candidate/link_unknown.html"), 404
    if is_staff():
        return render_template(
            "candidate/link_staff.html", invitation=invitation
        ), 403 if request.method == "POST" else 200
    interview = invitation.interview
    if interview is not None and not binding.is_bound_here(interview):
        return render_template("candidate/link_elsewhere.html", invitation=invitation), 403
    if invitation.revoked_at is not None:
        if interview is not None:
            grant(interview)  # for taking consents back, and for nothing else
        return render_template("candidate/link_revoked.html", invitation=invitation, interview=interview), 410
    if interview is None and operations.is_past(invitation.deadline):
        return render_template("candidate/link_expired.html", invitation=invitation, interview=None), 410
    begins = interview is None or interview.browser is None
    if begins and request.method != "POST":
        return render_template("candidate/link_begin.html", invitation=invitation, interview=interview), 200
    if interview is None:
        interview = operations.open_interview(invitation)
    if begins and not binding.bind(interview):
        db.session.rollback()
        return render_template("candidate/link_elsewhere.html", invitation=invitation), 403
    db.session.commit()
    grant(interview)
    if interview.state is InterviewState.SUBMITTED:
        flash(_("This link has been used: your interview is submitted, and nothing more can be added to it."), "info")
        return redirect(url_for("candidate.arrived", interview_id=interview.id))
    if operations.is_over(interview):
        return render_template("candidate/link_expired.html", invitation=invitation, interview=interview), 410
    return redirect(url_for("candidate.welcome", interview_id=interview.id))


blueprint.after_app_request(binding.remember)


def _open(interview_id: str) -> Interview:
    """The interview while it can be worked on; otherwise a Refused that leads to the page that says why."""
    interview = load_interview(interview_id)
    if interview.state is InterviewState.SUBMITTED or operations.is_over(interview):
        raise Closed(interview)
    return interview


class Closed(Exception):
    """A page for answering was asked for when answering is over."""

    def __init__(self, interview: Interview):
        super().__init__(interview.id)
        self.interview = interview


@blueprint.errorhandler(Closed)
def closed(error: Closed) -> Response | tuple[str, int]:
    """What somebody sees whose interview is over, instead of the page that they asked for."""
    interview = error.interview
    if interview.state is InterviewState.SUBMITTED:
        return redirect(url_for("candidate.arrived", interview_id=interview.id))
    return render_template("candidate/link_expired.html", invitation=interview.invitation, interview=interview), 410


@blueprint.get("/interview/<interview_id>")
def welcome(interview_id: str) -> str:
    """What this is, how long it takes, and what is recorded and analysed."""
    interview = _open(interview_id)
    questions = interview.question_set.questions
    return render_template(
        "candidate/welcome.html",
        interview=interview,
        questions=questions,
        minutes=duration_minutes(questions),
        texts=consent_texts.texts_for(interview),
        ruled_out=consent_texts.ruled_out(interview),
        deadline=operations.deadline_of(interview),
        begun=operations.has_decided(interview),
        next_place=next_place(interview),
    )


@blueprint.route("/interview/<interview_id>/consent", methods=["GET", "POST"])
def consent(interview_id: str) -> Response | str:
    """Ask for each purpose by itself. An unticked box is a no, and a no costs nothing."""
    interview = _open(interview_id)
    if request.method == "POST":
        operations.record_consents(interview, _ticked())
        db.session.commit()
        return redirect(next_place(interview, check_devices=True).url)
    if operations.has_decided(interview):  # the page for changing one's mind says what that deletes
        return redirect(url_for("candidate.consents", interview_id=interview.id))
    return render_template("candidate/consent.html", **_consent_page(interview))


@blueprint.route("/interview/<interview_id>/consents", methods=["GET", "POST"])
def consents(interview_id: str) -> Response | str:
    """See and change consents at any time, after submission too; once the invitation is revoked, take them back."""
    interview = load_interview(interview_id, revoked_too=True)
    if request.method == "POST":
        granted = _ticked() if may_answer(interview) else _ticked() & interview.consented
        changed = operations.record_consents(interview, granted)
        db.session.commit()
        flash(_("Your choices have been saved.") if changed else _("Nothing was changed."), "info")
        return redirect(url_for("candidate.consents", interview_id=interview.id))
    return render_template("candidate/consents.html", **_consent_page(interview))


def _ticked() -> set[Purpose]:
    return {purpose for purpose in Purpose if request.form.get(purpose.value) == "yes"}


def _consent_page(interview: Interview) -> dict[str, object]:
    return {
        "interview": interview,
        "texts": consent_texts.texts_for(interview),
        "ruled_out": consent_texts.ruled_out(interview),
        "consented": interview.consented,
        "decided": {row.purpose: row for row in interview.consents},
    }


@blueprint.get("/interview/<interview_id>/check")
def check(interview_id: str) -> Response | str:
    """Camera, microphone and connection; the trial recording never leaves the browser."""
    interview = _open(interview_id)
    if not operations.has_decided(interview):
        return redirect(url_for("candidate.consent", interview_id=interview.id))
    kinds = {question.kind.value for question in interview.question_set.questions if question.is_recorded}
    return render_template(
        "candidate/check.html",
        interview=interview,
        kind="video" if "video" in kinds else "audio",
        next_place=next_place(interview),
    )


@blueprint.post("/interview/<interview_id>/probe")
@limiter.limit("30 per minute")
def probe(interview_id: str) -> Response:
    """The far end of the connection test: count what arrives and forget it."""
    load_interview(interview_id)
    return jsonify(received=len(request.stream.read(PROBE)))


@blueprint.get("/interview/<interview_id>/review")
def review(interview_id: str) -> Response | str:
    """Every question with its state, and the button that hands everything in."""
    interview = _open(interview_id)
    if not operations.has_decided(interview):
        return redirect(url_for("candidate.consent", interview_id=interview.id))
    return render_template("candidate/review.html", **_review_page(interview, SubmitForm(formdata=None)))


def _review_page(interview: Interview, form: SubmitForm) -> dict[str, object]:
    return {
        "interview": interview,
        "rows": overview(interview),
        "unfinished": operations.unfinished(interview),
        "deadline": operations.deadline_of(interview),
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
    except Refused as error:
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
    )
