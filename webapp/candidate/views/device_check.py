"""Camera, microphone and connection."""

from __future__ import annotations

from flask import jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.candidate import operations
from webapp.candidate.progress import next_place
from webapp.candidate.views.base import blueprint, open_for_answering
from webapp.core.extensions import limiter
from webapp.interviews.candidate_session import load_interview

#: Largest body of the connection test, in bytes.
PROBE = 512 * 1024


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


@blueprint.route("/interview/<interview_id>/probe", methods=["POST", "PATCH"])
@limiter.limit("30 per minute")
def probe(interview_id: str) -> Response:
    """The far end of the connection test: count what arrives and forget it."""
    load_interview(interview_id)
    return jsonify(received=len(request.stream.read(PROBE)))
