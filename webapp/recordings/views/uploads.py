"""The tus 1.0 resumable upload protocol (https://tus.io/protocols/resumable-upload) for recordings.

Extensions: creation, creation-defer-length, creation-with-upload, checksum, expiration, termination. The truth about
how much arrived is what is on disk *and* in the database; the smaller number counts. Bodies are written block by block,
each under the upload's lock and each with its own commit, so that a connection that dies in the middle keeps what
arrived and holds nobody else up.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime
from typing import IO

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, jsonify, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import ClientDisconnected

from webapp.core import counters
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.core.storage import storage
from webapp.core.translation import translate_stored
from webapp.core.uploads import UploadLockedError
from webapp.interviews.answering import AnsweringError, answer_to, check_may_finish, uploads_until
from webapp.interviews.candidate_session import load_interview, may_answer
from webapp.questions.models import Question
from webapp.recordings import operations
from webapp.recordings.models import Recording, RecordingState
from webapp.recordings.operations import UploadError
from webapp.recordings.takes import begin_take, drop_take

blueprint = Blueprint("uploads", __name__, url_prefix="/recordings/uploads")

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-defer-length,creation-with-upload,checksum,expiration,termination"
ALGORITHMS = ("sha1", "sha256")
BLOCK = 1024 * 1024
OCTETS = "application/offset+octet-stream"


@blueprint.before_request
def check_version() -> Response | None:
    """Refuse other versions of the protocol (412), as it demands of every request but OPTIONS."""
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        response = _problem(412, "version", _("This upload needs the tus protocol, version 1.0.0."))
        response.headers["Tus-Version"] = VERSION
        return response
    return None


@blueprint.after_request
def say_version(response: Response) -> Response:
    """Headers that every answer of the protocol carries."""
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(UploadError)
def refused(error: UploadError) -> Response:
    """The protocol's answer to an upload that cannot be taken."""
    db.session.rollback()
    return _problem(error.status, error.code, error.message)


@blueprint.errorhandler(AnsweringError)
def not_allowed(error: AnsweringError) -> Response:
    """The protocol's answer where no take may be begun."""
    db.session.rollback()
    return _problem(409 if error.code == "busy" else 403, error.code, error.message)


@blueprint.errorhandler(UploadLockedError)
def locked(_error: UploadLockedError) -> Response:
    """The protocol's answer while another request writes the same upload."""
    db.session.rollback()
    return _problem(423, "locked", _("Another page is uploading this recording at the moment."))


@blueprint.route("", methods=["OPTIONS"], provide_automatic_options=False)
def options() -> Response:
    """Say what this server can do."""
    response = Response(status=204)
    response.headers.update(
        {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(current_app.config["MAX_RECORDING_BYTES"]),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        }
    )
    return response


@blueprint.post("")
@limiter.limit(lambda: current_app.config.get("UPLOADS_RATE", "30 per minute; 400 per hour"))
def create() -> Response:
    """Begin a take: ``Upload-Metadata`` names ``interview``, ``question`` (ids), ``filetype``, and
    ``existing`` as 1 where it is a file that the candidate has already, ``blurred`` as 1 where the browser blurs the
    background."""
    metadata = _metadata(request.headers.get("Upload-Metadata", ""))
    interview = load_interview(metadata.get("interview", ""))
    question = db.session.get(Question, metadata.get("question", "")) or abort(404)
    length = _number("Upload-Length") if "Upload-Length" in request.headers else None
    if length is None and request.headers.get("Upload-Defer-Length") != "1":
        raise UploadError(400, "length", _("The upload's length is neither announced nor deferred."))
    try:
        existing = metadata.get("existing") == "1"
        take = begin_take(answer_to(interview, question), existing=existing)
        blurred = metadata.get("blurred") == "1"
        recording = operations.begin(take, metadata.get("filetype", ""), existing=existing, blurred=blurred)
        if length is not None:
            operations.declare_length(recording, length)
        db.session.commit()
    except sa.exc.IntegrityError:  # two tabs began at the same moment
        db.session.rollback()
        raise UploadError(
            409, "busy", _("Another page has just started a take of this answer. Reload the page.")
        ) from None
    if request.mimetype == OCTETS and (request.content_length or length):
        _receive(recording, 0)
    response = _offset(recording, 201)
    response.headers["Location"] = url_for("uploads.patch", recording_id=recording.id)
    return response


@blueprint.route("/<recording_id>", methods=["HEAD"])
def head(recording_id: str) -> Response:
    """Say how much has arrived."""
    recording = _load(recording_id)
    if recording.state is RecordingState.REJECTED:
        return Response(status=410)
    response = _offset(recording, 200)
    if recording.state is RecordingState.RECEIVING and operations.offset_of(recording):
        counters.add(current_app.config["HOME"], "viva_upload_resumes_total", at_once=True)
    if recording.length is None:
        response.headers["Upload-Defer-Length"] = "1"
    else:
        response.headers["Upload-Length"] = str(recording.length)
    return response


@blueprint.patch("/<recording_id>")
def patch(recording_id: str) -> Response:
    """Take the next bytes."""
    recording = _load(recording_id)
    if request.mimetype != OCTETS:
        raise UploadError(415, "content_type", _("The bytes must come as %(type)s.", type=OCTETS))
    check_may_finish(recording.take.answer)
    at = _number("Upload-Offset")
    if recording.state is RecordingState.REJECTED:
        raise UploadError(
            410, "rejected", translate_stored(recording.reason) or _("This recording was rejected. Record it again.")
        )
    if at != operations.offset_of(recording):
        raise UploadError(
            409, "offset", _("The next byte should be number %(recording)s.", recording=operations.offset_of(recording))
        )
    if "Upload-Length" in request.headers:
        with storage.uploads.locked(recording.id):
            operations.declare_length(recording, _number("Upload-Length"))
            db.session.commit()
    _receive(recording, at)
    return _offset(recording, 204)


@blueprint.delete("/<recording_id>")
def terminate(recording_id: str) -> Response:
    """Forget an upload of which nothing has been verified. What is saved stays."""
    recording = _load(recording_id)
    if recording.state not in (RecordingState.RECEIVING, RecordingState.REJECTED):
        raise UploadError(403, "saved", _("This recording has already been received and is kept until you submit."))
    check_may_finish(recording.take.answer)
    with storage.uploads.locked(recording.id):
        drop_take(recording.take)
        db.session.commit()
    return Response(status=204)


def _load(recording_id: str) -> Recording:
    """The upload, for the candidate whose it is; 404 for everybody else."""
    recording = db.session.get(Recording, recording_id)
    if recording is None or not may_answer(recording.take.answer.interview):
        abort(404)
    return recording


def _receive(recording: Recording, at: int) -> None:
    """Write the request's body from byte ``at`` on."""
    if "Upload-Checksum" in request.headers:
        algorithm, digest = _checksum(request.headers["Upload-Checksum"])
        with storage.uploads.buffer(BLOCK) as spool:
            # Nothing may count before all of it is known to be right.
            calculated = hashlib.new(algorithm, usedforsecurity=False)
            for block in _blocks(request.stream):
                calculated.update(block)
                spool.write(block)
            if not hmac.compare_digest(calculated.digest(), digest):
                raise UploadError(460, "checksum", _("This part was damaged in transit and is being sent again."))
            spool.seek(0)
            _write(recording, at, _blocks(spool))
    else:
        _write(recording, at, _blocks(request.stream))


def _write(recording: Recording, at: int, blocks: Iterator[bytes]) -> None:
    try:
        for block in blocks:
            with storage.uploads.locked(recording.id):
                db.session.refresh(recording)
                at = operations.append(recording, at, block)
                db.session.commit()
            counters.add(current_app.config["HOME"], "viva_upload_bytes_total", len(block))
    except (ClientDisconnected, ConnectionError, TimeoutError):
        current_app.logger.info("Upload %s: the connection broke off at byte %d", recording.id, at)


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        yield block


def _offset(recording: Recording, status: int) -> Response:
    response = Response(status=status)
    response.headers["Upload-Offset"] = str(operations.offset_of(recording))
    expires: datetime | None = uploads_until(recording.take.answer.interview)
    if expires is not None and recording.state is RecordingState.RECEIVING:
        response.headers["Upload-Expires"] = format_datetime(expires, usegmt=True)
    return response


def _number(header: str) -> int:
    value = request.headers.get(header, "")
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise UploadError(400, "header", _("%(header)s must be a number of bytes.", header=header))
    return int(value)


def _metadata(header: str) -> dict[str, str]:
    """``key base64,key base64`` as a dictionary. Raises UploadError (400)."""
    pairs = {}
    try:
        for part in filter(None, header.split(",")):
            key, _space, value = part.strip().partition(" ")
            pairs[key] = base64.b64decode(value, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise UploadError(400, "metadata", _("Upload-Metadata cannot be read.")) from None
    return pairs


def _checksum(header: str) -> tuple[str, bytes]:
    algorithm, _space, value = header.partition(" ")
    if algorithm not in ALGORITHMS:
        raise UploadError(
            400, "checksum", _("Checksums are made with %(algorithms)s.", algorithms=" or ".join(ALGORITHMS))
        )
    try:
        return algorithm, base64.b64decode(value, validate=True)
    except binascii.Error:
        raise UploadError(400, "checksum", _("Upload-Checksum cannot be read.")) from None


def _problem(status: int, code: str, message: str) -> Response:
    response = jsonify(error={"code": code, "message": message})
    response.status_code = status
    return response
