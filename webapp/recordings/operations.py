"""What can be done with recordings. Nothing here commits.

A recording begins empty, grows by blocks, is finished when all its bytes are here, is then verified by a worker
(webapp/recordings/verification.py), and is ready or rejected after that.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from flask_babel import format_decimal
from flask_babel import gettext as _

from webapp.core import events, leases, sealing
from webapp.core.database import after_commit, db, now
from webapp.core.storage import storage
from webapp.core.turns import SENT_AT_ONCE
from webapp.interviews.models import Take
from webapp.recordings import tasks
from webapp.recordings.models import Recording, RecordingState

#: What MediaRecorder may call its output: a video or audio type with parameters, nothing else.
_MEDIA_TYPE = re.compile(r"(video|audio)/[a-z0-9.+-]{1,40}(;[ a-zA-Z0-9=.,\"+-]{0,70})?")
#: An upload that arrived whole and was never declared finished is verified all the same after this time.
UNDECLARED = timedelta(minutes=2)


class UploadError(Exception):
    """An upload cannot go on; ``status`` is the HTTP status, ``code`` is for programs, ``message`` for the person."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def too_large() -> UploadError:
    """The refusal of more bytes than this Viva accepts."""
    limit = current_app.config["MAX_RECORDING_BYTES"] / 1024**2
    return UploadError(
        413,
        "too_large",
        _(
            "This recording is larger than the limit of %(limit)s MB. Record a shorter answer, or ask "
            "the person who invited you for help.",
            limit=format_decimal(round(limit)),
        ),
    )


def begin(take: Take, media_type: str, *, existing: bool = False, blurred: bool = False) -> Recording:
    """Make the empty recording of ``take``. Raises UploadError for a type that no recorder writes."""
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise UploadError(400, "media_type", _("Only video and audio can be recorded. Reload the page and try again."))
    recording = Recording(take=take, media_type=media_type, received=0, state=RecordingState.RECEIVING)
    recording.existing, recording.blurred = existing, blurred
    db.session.add(recording)
    db.session.flush()
    return recording


def offset_of(recording: Recording) -> int:
    """Bytes that are both on disk and noted in the database: after a crash of either the smaller one is the truth."""
    if recording.state is not RecordingState.RECEIVING:
        return recording.received
    return min(recording.received, storage.uploads.size(recording.id))


def declare_length(recording: Recording, length: int) -> None:
    """Say how many bytes there will be. Raises UploadError where that is too many, or not what was said before."""
    if recording.length not in (None, length) or length < offset_of(recording):
        raise UploadError(400, "length", _("The recording's length was announced differently before. Reload the page."))
    if length > current_app.config["MAX_RECORDING_BYTES"]:
        raise too_large()
    recording.received = offset_of(recording)
    recording.length = length
    _note_arrival(recording)


def _note_arrival(recording: Recording) -> None:
    if recording.received == recording.length and recording.received_at is None:
        recording.received_at = now()
    db.session.flush()


def append(recording: Recording, at: int, block: bytes) -> int:
    """Write ``block`` at byte ``at`` and return the new offset. The caller holds the lock and commits.

    The bytes are on disk before the offset moves. Raises UploadError (409 where ``at`` is not the offset, 413 where
    it becomes too much, 507 where the disk is full; nothing is lost then).
    """
    if recording.state is not RecordingState.RECEIVING:
        raise UploadError(409, "finished", _("This recording has already been received."))
    offset = offset_of(recording)
    if at != offset:
        raise UploadError(409, "offset", _("The next byte should be number %(offset)s.", offset=offset))
    end = offset + len(block)
    if recording.length is not None and end > recording.length:
        raise UploadError(400, "length", _("More was received than announced. Reload the page and try again."))
    if end > current_app.config["MAX_RECORDING_BYTES"]:
        raise too_large()
    try:
        storage.uploads.write(recording.id, offset, block)
    except OSError as error:
        current_app.logger.exception("Upload %s cannot be written", recording.id)
        raise UploadError(
            507,
            "disk_full",
            _(
                "There is not enough storage at the moment. Your recording is safe in this browser: keep "
                "this page open and it will be uploaded automatically."
            ),
        ) from error
    recording.received = end
    _note_arrival(recording)
    events.send(events.recording_grew, recording_id=recording.id)
    return end


def finish(recording: Recording, *, sha256: str | None = None, interrupted: bool = False) -> Recording:
    """Say that all bytes are here and have them verified. A second time changes nothing.

    :param sha256: what the browser computed over the same bytes, in hexadecimal; verification compares it.
    :param interrupted: whether the recorder was cut short, so that a file that breaks off is no fault.
    Raises UploadError (409) while bytes are missing.
    """
    if recording.state is not RecordingState.RECEIVING:
        if not interrupted:
            _believe_whole(recording, sha256)
        return recording
    offset = offset_of(recording)
    if recording.length is None or recording.length != offset:
        raise UploadError(409, "incomplete", _("Only %(offset)s bytes have been received so far.", offset=offset))
    recording.expected_sha256 = sha256
    recording.interrupted = interrupted
    recording.state = RecordingState.VERIFYING
    recording.received_at = now()
    db.session.flush()
    announce(recording)
    return recording


def _believe_whole(recording: Recording, sha256: str | None) -> None:
    """Take back that a recording was cut short, where the sweep declared it finished before the browser came to it."""
    checked = recording.state is RecordingState.READY
    if sha256 is None or recording.state is RecordingState.REJECTED or (checked and recording.sha256 != sha256):
        return
    recording.interrupted = False
    if not checked:
        recording.expected_sha256 = sha256
    db.session.flush()


def finish_as_it_is(recording: Recording) -> Recording:
    """Make do with what arrived, where the browser that holds the rest is gone."""
    if recording.state is RecordingState.RECEIVING:
        recording.received = recording.length = offset_of(recording)
        db.session.flush()
    return finish(recording, interrupted=True)


def announce(recording: Recording) -> None:
    """Tell a worker, once this is committed. A message that gets lost is made up for by ``requeue_pending``."""
    recording_id = recording.id
    after_commit(lambda: tasks.verify.delay(recording_id))


def discard(recording: Recording) -> None:
    """Delete a recording: its row now, its files once that is committed."""
    recording_id, keys = recording.id, [recording.original_key, recording.playable_key]
    take = recording.take
    take.recording = None  # deletes the orphan
    db.session.flush()

    def delete_files() -> None:
        storage.uploads.remove(recording_id)
        for key in filter(None, keys):
            storage.delete(key)
        storage.delete_of("posters", recording_id)

    after_commit(delete_files)


def pending_verifications(moment: datetime | None = None) -> list[Recording]:
    """Recordings that wait for verification with nobody working on them: their lease ran out, or never began."""
    moment = moment or now()
    lease = leases.term()
    return list(
        db.session.scalars(
            sa.select(Recording)
            .where(
                Recording.state == RecordingState.VERIFYING,
                sa.or_(
                    Recording.lease_until < moment,
                    sa.and_(Recording.lease_until.is_(None), Recording.received_at < moment - lease),
                ),
            )
            .order_by(Recording.lease_until, Recording.received_at)
            .limit(SENT_AT_ONCE)
        )
    )


def requeue_pending() -> int:
    """Queue again what waits with nobody working on it, and say how much that was. For the sweep."""
    moment = now()
    waiting = pending_verifications(moment)
    for recording in waiting:
        # Not once more before another lease is over: a long queue is no reason to make it longer.
        recording.lease_owner = None
        recording.lease_until = moment + leases.term()
        announce(recording)
    db.session.flush()
    undeclared = db.session.scalars(
        sa.select(Recording).where(
            Recording.state == RecordingState.RECEIVING,
            Recording.length.is_not(None),
            Recording.length == Recording.received,
            Recording.received > 0,
            Recording.received_at < moment - UNDECLARED,
        )
    ).all()
    for recording in undeclared:
        finish(recording, interrupted=True)
    return len(waiting) + len(undeclared)


def take_keys(owner: str) -> str:
    """What a browser seals takes with until they have arrived: 32 bytes each in base64url, the present key first.

    They are made of the secret key and of whom the takes belong to (an interview, a room), and reach only pages of
    those who may record there.
    """
    return " ".join(sealing.keys_for(f"takes of {owner}"))
