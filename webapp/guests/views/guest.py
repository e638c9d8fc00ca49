"""The guest's pages: the code, the list, and one candidate at a time with the scorecard beside the answers."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from ml.transcripts.captions import to_vtt
from webapp.core.database import db, now
from webapp.core.extensions import limiter
from webapp.interviews.anonymity import code_name
from webapp.interviews.models import Interview
from webapp.reports.view import view_of
from webapp.reviews import openings, operations
from webapp.reviews.access import is_identity_hidden
from webapp.reviews.models import ScorecardState
from webapp.reviews.operations import Given, ReviewError
from webapp.reviews.presenters import answers_of
from webapp.sharing import access
from webapp.sharing import operations as sharing
from webapp.sharing.models import Share, ShareAct
from webapp.transcripts import store
from webapp.workspace import timeline
from webapp.workspace.analyses import analyses_of

blueprint = Blueprint("guests", __name__, url_prefix="/guest")
blueprint.after_request(access.remember)


@blueprint.route("/<token>", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def index(token: str) -> BaseResponse | str | tuple[str, int]:
    """The code at first, then what was shared."""
    share = sharing.share_of_token(token) or abort(404)
    if not share.is_open:
        abort(410, _("This link is no longer open. Ask the person who sent it for a new one."))
    if access.is_bound_here(share):
        sharing.note(share, ShareAct.OPENED)
        db.session.commit()
        return _list(share, token)
    if request.method == "POST":
        secret = access.secret_here()
        right = sharing.bind(share, request.form.get("code", ""), secret)
        db.session.commit()
        if right:
            access.keep(secret)
            return redirect(url_for("guests.index", token=token))
        return render_template("guests/code.html", share=share, wrong=True), 422
    return render_template("guests/code.html", share=share, wrong=False)


def _list(share: Share, token: str) -> str:
    cards = {each.id: operations.latest(each, share.guest) for each in share.interviews}
    return render_template(
        "guests/index.html",
        share=share,
        token=token,
        interviews=share.interviews,
        done={key for key, card in cards.items() if card and card.state is ScorecardState.SUBMITTED},
        begun={key for key, card in cards.items() if card and card.state is ScorecardState.DRAFT},
        shown_name=lambda interview: _shown_name(share, interview),
    )


def _shown_name(share: Share, interview: Interview) -> str:
    return code_name(interview) if is_identity_hidden(share.guest, interview) else interview.candidate_name


@blueprint.get("/<token>/<interview_id>")
def review(token: str, interview_id: str) -> str:
    """One candidate's answers, the scoring guide and the guest's own scorecard."""
    share, interview = access.load_shared(token, interview_id)
    sharing.note(share, ShareAct.OPENED)
    db.session.commit()
    return _page(share, token, interview)


def _page(share: Share, token: str, interview: Interview, given: dict[str, Given] | None = None) -> str:
    card = operations.latest(interview, share.guest)
    shown = {question.id for question in access.questions_for(share, interview)}
    submitted = card is not None and card.state is ScorecardState.SUBMITTED
    readings = view_of(interview).answers if share.with_analyses and submitted else []
    answers = [each for each in answers_of(interview) if each.question.id in shown]
    return render_template(
        "guests/review.html",
        share=share,
        token=token,
        interview=interview,
        name=_shown_name(share, interview),
        nameless=is_identity_hidden(share.guest, interview),
        answers=answers,
        words={each.answer.id: store.visible(each.answer) for each in answers if each.answer and each.recording},
        analyses={each.question.id: analyses_of(interview, each) for each in readings},
        path_of=timeline.path_of,
        card=card,
        editable=not submitted,
        given=given,
        watermark=f"{share.email} · {now():%Y-%m-%d %H:%M} UTC",
    )


@blueprint.post("/<token>/<interview_id>")
def save(token: str, interview_id: str) -> BaseResponse | tuple[str, int]:
    """Keep the guest's draft, or submit it."""
    share, interview = access.load_shared(token, interview_id)
    given = {}
    for question in access.questions_for(share, interview):
        score = request.form.get(f"score-{question.id}", "")
        if score not in ("", "1", "2", "3", "4", "5"):
            abort(400)
        given[question.id] = Given(int(score) if score else None, request.form.get(f"note-{question.id}", ""))
    try:
        card = operations.save(interview, share.guest, given, request.form.get("summary", ""))
        if request.form.get("then") == "submit":
            db.session.commit()  # what was written is kept even where something is missing
            operations.submit(card, share.hidden_questions)
            sharing.note(share, ShareAct.SCORED)
    except ReviewError as refused:
        flash(str(refused), "warning")
        return _page(share, token, interview, given), 422
    db.session.commit()
    if card.state is ScorecardState.SUBMITTED:
        flash(_("Thank you. Your scorecard has been submitted."), "success")
        return redirect(url_for("guests.index", token=token))
    flash(_("Your draft has been saved."), "success")
    return redirect(url_for("guests.review", token=token, interview_id=interview.id))


@blueprint.post("/<token>/<interview_id>/answers/<answer_id>/opened")
def opened(token: str, interview_id: str, answer_id: str) -> tuple[str, int]:
    """Note that the guest has played an answer, or had its words on the screen. A script says so."""
    share, interview = access.load_shared(token, interview_id)
    shown = {question.id for question in access.questions_for(share, interview)}
    answer = next((each for each in interview.answers if each.id == answer_id), None)
    if answer is None or answer.question_id not in shown:
        abort(404)
    openings.note_opened(answer, share.guest)
    db.session.commit()
    return "", 204


@blueprint.get("/<token>/<interview_id>/answers/<answer_id>/captions.vtt")
def captions(token: str, interview_id: str, answer_id: str) -> Response:
    """What is said in an answer, as captions for the player; 404 where that is not known."""
    share, interview = access.load_shared(token, interview_id)
    shown = {question.id for question in access.questions_for(share, interview)}
    answer = next((each for each in interview.answers if each.id == answer_id), None)
    found = store.visible(answer) if answer is not None and answer.question_id in shown else None
    if found is None or found.words is None or not found.words.timed:
        abort(404)
    response = Response(to_vtt(found.words, found.recording.seconds), mimetype="text/vtt")
    response.headers["Cache-Control"] = "private, no-store"
    return response
