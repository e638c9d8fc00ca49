"""What pages ask about a recording, and its playback."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from flask_babel import gettext as _
from flask_login import current_user

from ml.media.containers import media_type
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.core.translation import translate_stored
from webapp.interviews.access import may_view
from webapp.interviews.anonymity import refuse_hidden
from webapp.interviews.answering import AnsweringError, check_may_finish
from webapp.interviews.candidate_session import may_answer
from webapp.interviews.models import InterviewState
from webapp.recordings import operations, verification
from webapp.recordings.models import Recording, RecordingState
from webapp.recordings.operations import UploadError
from webapp.sharing.access import share_that_shows
from webapp.sharing.models import ShareAct
from webapp.sharing.operations import note

blueprint = Blueprint("recordings", __name__, url_prefix="/recordings")


@blueprint.errorhandler(UploadError)
@blueprint.errorhandler(AnsweringError)
def refused(error: UploadError | AnsweringError) -> tuple[Response, int]:
    """The error as JSON, with its code and its words for the person."""
    db.session.rollback()
    return jsonify(error={"code": error.code, "message": error.message}), getattr(error, "status", 403)


@blueprint.get("/<recording_id>")
def show(recording_id: str) -> Response:
    """The state of a recording, for the page that waits for "Saved"."""
    return jsonify(describe(_own(recording_id)))


@blueprint.post("/<recording_id>/finish")
def finish(recording_id: str) -> tuple[Response, int]:
    """All bytes are here. JSON: ``sha256`` (hexadecimal or null), ``interrupted``, ``as_it_is``.

    With ``as_it_is`` what has arrived is all that there will be: the browser that held the rest is gone.
    """
    recording = _own(recording_id)
    check_may_finish(recording.take.answer)
    data = request.get_json()
    if not isinstance(data, dict):
        abort(400)
    sha256 = data.get("sha256")
    if sha256 is not None and not (isinstance(sha256, str) and re.fullmatch(r"[0-9a-f]{64}", sha256)):
        raise UploadError(400, "checksum", _("The checksum must be SHA-256 in hexadecimal digits."))
    if data.get("as_it_is"):
        operations.finish_as_it_is(recording)
    else:
        operations.finish(recording, sha256=sha256, interrupted=bool(data.get("interrupted")))
    db.session.commit()
    return jsonify(describe(recording)), 202


@blueprint.get("/<recording_id>/media")
def play(recording_id: str) -> Response:
    """The copy that seeks, whole or in ranges, for its candidate and for those who may review the interview."""
    recording, key = _playable(recording_id)
    suffix = PurePosixPath(key).suffix
    try:
        response = storage.send(
            key,
            mimetype=media_type(suffix, has_video=bool(recording.has_video)),
            etag=recording.sha256 or True,
            max_age=0,
        )
    except FileNotFoundError:
        abort(
            404, _("The file of this recording is missing from the server's storage. Please tell your administrator.")
        )
    response.headers["Content-Disposition"] = f'inline; filename="answer{suffix}"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; media-src 'self'; sandbox"
    return response


@blueprint.get("/<recording_id>/poster")
def poster(recording_id: str) -> Response:
    """The still picture of a recording, for whoever may play it; 204 where none was made."""
    recording, _key = _playable(recording_id)
    try:
        response = storage.send(verification.poster_key(recording.id), mimetype="image/jpeg", max_age=0)
    except FileNotFoundError:
        response = Response(status=204)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _playable(recording_id: str) -> tuple[Recording, str]:
    """The recording and the key of its copy, for its candidate and for those who may review the interview.

    For everybody else there is none: 404.
    """
    recording = db.session.get(Recording, recording_id) or abort(404)
    if not (may_answer(recording.take.answer.interview) or _may_play_in_review(recording)):
        _check_guest(recording)
    if recording.state is not RecordingState.READY or recording.playable_key is None:
        abort(404)
    return recording, recording.playable_key


def _check_guest(recording: Recording) -> None:
    """404 unless a guest's link shows this very take; that it was played is written down."""
    answer = recording.take.answer
    share = share_that_shows(answer) if recording.take is answer.kept_take else None
    if share is None or answer.interview.state is not InterviewState.SUBMITTED:
        abort(404)
    refuse_hidden(answer.interview, share.guest)
    if request.endpoint == "recordings.play":
        note(share, ShareAct.PLAYED, answer)
        db.session.commit()


def _may_play_in_review(recording: Recording) -> bool:
    """Whether this is the take that the candidate kept, of an interview that was submitted to this reviewer."""
    answer = recording.take.answer
    submitted = answer.interview.state is InterviewState.SUBMITTED
    if not (submitted and recording.take is answer.kept_take and may_view(current_user, answer.interview)):
        return False
    refuse_hidden(answer.interview)
    return True


def describe(recording: Recording) -> dict[str, Any]:
    """What a page needs to know: state, bytes received, checksum, length in seconds, and why it was rejected."""
    return {
        "id": recording.id,
        "state": recording.state.value,
        "received": operations.offset_of(recording),
        "length": recording.length,
        "sha256": recording.sha256,
        "seconds": recording.seconds,
        "reason_code": recording.reason_code,
        "reason": translate_stored(recording.reason) or None,
    }


def _own(recording_id: str) -> Recording:
    recording = db.session.get(Recording, recording_id)
    if recording is None or not may_answer(recording.take.answer.interview):
        abort(404)
    return recording
