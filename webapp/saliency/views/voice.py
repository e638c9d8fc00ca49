"""The explanation of one stretch of a voice, as JSON for the report's page."""

from __future__ import annotations

import math

from flask import Blueprint, Response, abort, current_app, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import login_required

from ml.core.readings import SPEECH_EMOTIONS, SpeechReading
from webapp.core.extensions import limiter
from webapp.policy import Modality
from webapp.saliency import voice
from webapp.saliency.access import caller, reading_of
from webapp.saliency.views.answers import answer

blueprint = Blueprint("explanations", __name__, url_prefix="/explanations")


@blueprint.get("/<analysis_id>.json")
@limiter.limit(
    lambda: current_app.config.get("EXPLANATIONS_RATE", "20 per minute; 200 per hour"),
    key_func=caller,
    error_message=_l("You have asked for many explanations. Wait a minute, then continue."),
)
@login_required
def show(analysis_id: str) -> Response | tuple[Response, int]:
    """What moved the reading of ``?label=`` around ``?time=`` seconds.

    Only where the reading itself may be seen now (policy check 2, and after the viewer's own scorecard); 404 otherwise.
    """
    analysis, reading = reading_of(analysis_id, Modality.SPEECH)
    if not isinstance(reading, SpeechReading):
        abort(404)
    label = request.args.get("label", "")
    time = request.args.get("time", default=math.nan, type=float)
    seconds = reading.seconds
    if label not in SPEECH_EMOTIONS or not 0 <= time <= seconds:
        abort(400, _("Choose a moment within the recording, and one of the expressions."))
    half = (reading.window_seconds or 3.0) / 2
    start = max(0.0, min(time - half, seconds - 2 * half))
    end = min(seconds, start + 2 * half)
    return answer(lambda: voice.explain(analysis.id, analysis.answer, start, end, label))
