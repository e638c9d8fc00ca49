"""Camera, microphone and connection."""

from __future__ import annotations

from flask import jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.candidate import operations
from webapp.candidate.progress import next_place
from webapp.candidate.views.base import blueprint, open_for_answering
from webapp.core.extensions import limiter
from webapp.interviews.accommodations import terms_of
from webapp.interviews.candidate_session import load_interview
from webapp.questions.models import QuestionKind

#: Largest body of the connection test, in bytes.
PROBE = 512 * 1024
#: Longest take of the practice question, in seconds.
WARM_UP = 60


@blueprint.get("/interview/<interview_id>/check")
def check(interview_id: str) -> Response | str:
    """Camera, microphone and connection; the trial recording never leaves the browser."""
    interview = open_for_answering(interview_id)
    if not operations.has_decided(interview):
        return redirect(url_for("candidate.consent", interview_id=interview.id))
    kinds = {question.kind.value for question in interview.question_set.questions if question.is_recorded}
    return render_template(
        "candidate/check.html",
        interview=interview,
        kind="video" if "video" in kinds else "audio",
        next_place=next_place(interview),
    )


@blueprint.get("/interview/<interview_id>/practice-question")
def warmup(interview_id: str) -> str:
    """A practice question with the very recorder, in the browser alone: there is nowhere to send it."""
    interview = open_for_answering(interview_id)
    kinds = [terms_of(interview, question).kind for question in interview.question_set.questions]
    recorded = [kind for kind in kinds if kind in (QuestionKind.VIDEO, QuestionKind.AUDIO)]
    kind = QuestionKind.TEXT if not recorded else min(recorded, key=list(QuestionKind).index)
    return render_template(
        "candidate/warmup.html",
        interview=interview,
        kind=kind.value,
        limit=WARM_UP,
        prompt=_("Tell us about something that you learned recently, and how you learned it."),
        next_place=next_place(interview),
    )


@blueprint.route("/interview/<interview_id>/probe", methods=["POST", "PATCH"])
@limiter.limit("30 per minute")
def probe(interview_id: str) -> Response:
    """The far end of the connection test: count what arrives and forget it."""
    load_interview(interview_id)
    return jsonify(received=len(request.stream.read(PROBE)))
