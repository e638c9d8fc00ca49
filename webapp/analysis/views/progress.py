"""How far the analyses are, and trying a failed one again."""

from __future__ import annotations

from flask import Blueprint, abort, flash, jsonify, redirect, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response

from webapp.analysis import operations, waiting
from webapp.analysis.models import Analysis
from webapp.analysis.visible import visible_readings
from webapp.core.database import db
from webapp.core.translation import translate_stored
from webapp.interviews.access import load_interview, load_to_work_on

blueprint = Blueprint("analysis", __name__, url_prefix="/analysis")


@blueprint.get("/<interview_id>.json")
@login_required
def progress(interview_id: str) -> Response:
    """The state of every analysis that the policy lets be seen; polled by the report page while there is work."""
    interview = load_interview(interview_id)
    readings = visible_readings(interview, results=False)
    everything = [reading for by_modality in readings.values() for reading in by_modality.values()]
    finished = all(reading.finished for reading in everything)
    return jsonify(
        finished=finished,
        left="" if finished else waiting.in_words(interview),
        done=sum(reading.finished for reading in everything),
        total=len(everything),
        answers={
            answer_id: [reading.to_json() for reading in by_modality.values()]
            for answer_id, by_modality in readings.items()
        },
    )


@blueprint.post("/<analysis_id>/retry")
@login_required
def retry(analysis_id: str) -> Response:
    """Queue a failed analysis again."""
    analysis = db.session.get(Analysis, analysis_id)
    if analysis is None:
        abort(404)
    interview = load_to_work_on(analysis.interview_id)
    try:
        operations.retry(analysis)
    except operations.RetryError as refused:
        flash(translate_stored(str(refused)), "warning")
    else:
        db.session.commit()
        flash(_("This answer is in the queue again. The result will appear here."), "info")
    return redirect(url_for("reports.show", interview_id=interview.id))
