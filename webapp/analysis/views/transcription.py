"""Asking for a transcript of a recording, from the transcript's own page."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_login import login_required

from webapp.analysis import reanalyse
from webapp.transcripts.views.transcript import load_answer, store_and_show

blueprint = Blueprint("transcription", __name__, url_prefix="/transcripts")


@blueprint.post("/<answer_id>/recognise")
@login_required
def recognise(answer_id: str) -> Response | tuple[str, int]:
    """Ask the recogniser for a transcript."""
    answer = load_answer(answer_id, to_change=True)
    return store_and_show(
        answer,
        lambda: reanalyse.recognise(answer),
        _("The recording is being transcribed. The transcript will appear in the report."),
    )


@blueprint.post("/<answer_id>/language")
@login_required
def language(answer_id: str) -> Response | tuple[str, int]:
    """Say which ``language`` is spoken, and have the recording written down anew in it."""
    answer = load_answer(answer_id, to_change=True)
    return store_and_show(
        answer,
        lambda: reanalyse.in_language(answer, request.form.get("language", "")),
        _("The recording is being transcribed. The transcript will appear in the report."),
    )
