"""A transcript's page, and its captions for the player."""

from __future__ import annotations

import json

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from ml.core.errors import VivaError
from ml.transcripts.captions import to_vtt
from ml.transcripts.formats import TranscriptFile, read
from ml.transcripts.formats.reader import LARGEST
from ml.transcripts.recogniser import is_available
from webapp.core.database import db
from webapp.interviews.access import load_interview, load_to_work_on
from webapp.interviews.anonymity import refuse_hidden
from webapp.interviews.models import Answer, InterviewState
from webapp.policy import Modality, Mode, decide_for
from webapp.transcripts import operations, store

blueprint = Blueprint("transcripts", __name__, url_prefix="/transcripts")


@blueprint.get("/<answer_id>")
@login_required
def show(answer_id: str) -> str:
    """Read and correct a transcript beside its recording, or write one."""
    return _page(load_answer(answer_id))


@blueprint.post("/<answer_id>/lines")
@login_required
def correct(answer_id: str) -> Response | tuple[str, int]:
    """Store corrected lines. Form: ``version``, and ``line`` once for each line in order."""
    answer = load_answer(answer_id, to_change=True)
    version = request.form.get("version", type=int)
    return store_and_show(
        answer, lambda: operations.correct(answer, current_user, version, request.form.getlist("line"))
    )


@blueprint.post("/<answer_id>/words")
@login_required
def give(answer_id: str) -> Response | tuple[str, int]:
    """Store a typed transcript (``text``) or an uploaded one (``file``, or its ``cues`` with a ``speaker``)."""
    answer = load_answer(answer_id, to_change=True)
    file = request.files.get("file")
    if "cues" in request.form:
        given: str | bytes = request.form["cues"]
        speaker = request.form.get("speaker") or None
    elif file is not None and file.filename:
        # Four bytes a character at most; one more tells that it is too large.
        given, speaker = file.stream.read(4 * LARGEST + 1), None
    else:
        text = request.form.get("text", "")
        return store_and_show(answer, lambda: operations.give(answer, current_user, text, uploaded=False))
    return store_and_show(
        answer, lambda: operations.give(answer, current_user, given, uploaded=True, speaker=speaker), given=given
    )


@blueprint.get("/<answer_id>/captions.vtt")
@login_required
def captions(answer_id: str) -> Response:
    """WebVTT of the newest version; 404 where there is none, or none with times."""
    answer = load_answer(answer_id)
    found = store.visible(answer)
    words = found.words if found else None
    if found is None or words is None or not words.timed:
        abort(404)
    response = Response(to_vtt(words, found.recording.seconds), mimetype="text/vtt")
    response.headers["Cache-Control"] = "private, no-store"
    if request.args.get("download"):
        response.headers["Content-Disposition"] = 'attachment; filename="answer.vtt"'
    return response


def store_and_show(answer: Answer, verb, done: str | None = None, given: str | bytes | None = None):
    """Do ``verb`` and say so; ``given`` is an uploaded file, in which several people may speak: then ask who."""
    try:
        verb()
    except (operations.TranscriptError, VivaError) as refused:
        db.session.rollback()
        db.session.refresh(answer)
        if given is not None and getattr(refused, "code", "") == "speakers":
            return _page(answer, uploaded=read(given)), 422
        return _page(answer, str(refused), request.form.get("text", "")), 422
    db.session.commit()
    flash(done or _("Saved. The words are analysed again where that is allowed."), "info")
    return redirect(url_for("transcripts.show", answer_id=answer.id))


def _page(answer: Answer, error: str = "", typed: str = "", uploaded: TranscriptFile | None = None) -> str:
    found = store.versions(answer)
    interview = answer.interview
    return render_template(
        "transcripts/show.html",
        answer=answer,
        interview=interview,
        recording=store.recording_of(answer),
        versions=found,
        newest=found[0] if found else None,
        practice=interview.mode is Mode.PRACTICE,
        may_recognise=is_available() and bool(decide_for(interview, Modality.TEXT)),
        error=error,
        typed=typed,
        uploaded=uploaded,
        cues=json.dumps(uploaded.to_json(), ensure_ascii=False) if uploaded else "",
    )


def load_answer(answer_id: str, *, to_change: bool = False) -> Answer:
    """A submitted, recorded answer that the present user may read the report of, or work on; 404 otherwise."""
    answer = db.session.get(Answer, answer_id) or abort(404)
    interview = load_to_work_on(answer.interview_id) if to_change else load_interview(answer.interview_id)
    if interview.state is not InterviewState.SUBMITTED or store.recording_of(answer) is None:
        abort(404)
    refuse_hidden(interview)
    return answer
