"""The explanation of one stretch of a voice, as JSON for the report's page."""

from __future__ import annotations

import math

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_required

from ml.errors import VivaError
from ml.readings import SPEECH_EMOTIONS
from webapp.analysis.access import load_interview
from webapp.analysis.models import Analysis
from webapp.analysis.visible import visible_readings
from webapp.database import db
from webapp.explanations import operations
from webapp.extensions import limiter
from webapp.interviews.models import InterviewState
from webapp.policy import Modality
from webapp.reviews.access import may_see_readings

blueprint = Blueprint("explanations", __name__, url_prefix="/explanations")


def _caller() -> str:
    return current_user.get_id() if current_user.is_authenticated else get_remote_address()


@blueprint.get("/<analysis_id>.json")
@limiter.limit(
    lambda: current_app.config.get("EXPLANATIONS_RATE", "20 per minute; 200 per hour"),
    key_func=_caller,
    error_message="You have asked for many explanations. Wait a minute, then go on.",
)
@login_required
def show(analysis_id: str) -> Response | tuple[Response, int]:
    """What moved the reading of ``?label=`` around ``?time=`` seconds.

    Only where the reading itself may be seen now (policy door 2, and after the viewer's own scorecard); 404 otherwise.
    """
    analysis = db.session.get(Analysis, analysis_id) or abort(404)
    if analysis.modality is not Modality.SPEECH:
        abort(404)
    interview = load_interview(analysis.interview_id)
    if not may_see_readings(current_user._get_current_object(), interview):
        abort(404)
    visible = visible_readings(interview).get(analysis.answer_id, {}).get(Modality.SPEECH)
    if interview.state is not InterviewState.SUBMITTED or visible is None or visible.result is None:
        abort(404)
    label = request.args.get("label", "")
    time = request.args.get("time", default=math.nan, type=float)
    seconds = visible.result.get("seconds") or 0.0
    if label not in SPEECH_EMOTIONS or not 0 <= time <= seconds:
        abort(400, "Choose a moment inside the recording, and one of the expressions.")
    half = (visible.result.get("window_seconds") or 3.0) / 2
    start = max(0.0, min(time - half, seconds - 2 * half))
    try:
        return jsonify(operations.explain(analysis.id, analysis.answer, start, min(seconds, start + 2 * half), label))
    except operations.Busy:
        abort(503)
    except VivaError as error:
        return jsonify(error={"code": error.code, "message": error.message}), 422
