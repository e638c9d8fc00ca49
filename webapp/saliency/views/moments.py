"""The map of one moment, as JSON for the report's page."""

from __future__ import annotations

import math

from flask import Blueprint, Response, abort, current_app, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import login_required

from ml.core.readings import FaceReading
from webapp.analysis.models import Analysis
from webapp.analysis.visible import Reading
from webapp.core.extensions import limiter
from webapp.policy import Modality
from webapp.saliency import face
from webapp.saliency.access import caller, reading_of
from webapp.saliency.views.answers import answer

blueprint = Blueprint("moments", __name__, url_prefix="/moments")


@blueprint.get("/<analysis_id>.json")
@limiter.limit(
    lambda: current_app.config.get("MOMENTS_RATE", "40 per minute; 400 per hour"),
    key_func=caller,
    error_message=_l("You have asked for many moments. Wait a minute, then continue."),
)
@login_required
def show(analysis_id: str) -> Response | tuple[Response, int]:
    """What the face model saw at ``?time=`` seconds: per expression its probability, a picture and words for it.

    Only where the reading itself may be seen now (policy check 2), by this person; 404 otherwise.
    """
    return at_time(*reading_of(analysis_id, Modality.FACE))


def at_time(analysis: Analysis, reading: Reading) -> Response | tuple[Response, int]:
    """The moment of a face's reading that the request asks for, as JSON. Access is checked by the caller."""
    if not isinstance(reading, FaceReading):
        abort(404)
    try:
        time = float(request.args.get("time", ""))
    except ValueError:
        time = math.nan
    if not 0 <= time <= reading.seconds + 1:
        abort(400, _("Choose a moment within the recording."))
    return answer(lambda: face.moment(analysis.id, analysis.answer, reading, time))
