"""The map of one moment, as JSON for the report's page."""

from __future__ import annotations

import math

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_required

from ml.errors import VivaError
from webapp.analysis.access import load_interview
from webapp.analysis.models import Analysis
from webapp.analysis.visible import visible_readings
from webapp.database import db
from webapp.extensions import limiter
from webapp.interviews.models import InterviewState
from webapp.moments import operations
from webapp.policy import Modality
from webapp.reviews.access import may_see_readings

blueprint = Blueprint("moments", __name__, url_prefix="/moments")


def _caller() -> str:
    return current_user.get_id() if current_user.is_authenticated else get_remote_address()


@blueprint.get("/<analysis_id>.json")
@limiter.limit(
    lambda: current_app.config.get("MOMENTS_RATE", "40 per minute; 400 per hour"),
    key_func=_caller,
    error_message="You have asked for many moments. Wait a minute, then go on.",
)
@login_required
def show(analysis_id: str) -> Response | tuple[Response, int]:
    """What the face model saw at ``?time=`` seconds: per expression its probability, a picture and words for it.

    Only where the reading itself may be seen now (policy door 2), by this person; 404 otherwise.
    """
    analysis = db.session.get(Analysis, analysis_id) or abort(404)
    if analysis.modality is not Modality.FACE:
        abort(404)
    interview = load_interview(analysis.interview_id)
    if interview.state is not InterviewState.SUBMITTED:
        abort(404)
    if not may_see_readings(current_user._get_current_object(), interview):
        abort(404)
    visible = visible_readings(interview).get(analysis.answer_id, {}).get(Modality.FACE)
    if visible is None or visible.result is None:
        abort(404)
    try:
        time = float(request.args.get("time", ""))
    except ValueError:
        time = math.nan
    if not 0 <= time <= (visible.result.get("seconds") or 0) + 1:
        abort(400, "Choose a moment inside the recording.")
    try:
        return jsonify(operations.moment(analysis.id, analysis.answer, visible.result, time))
    except operations.Busy:
        abort(503)
    except VivaError as error:
        return jsonify(error={"code": error.code, "message": error.message}), 422
