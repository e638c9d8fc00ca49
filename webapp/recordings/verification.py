"""Verification: decode what arrived to its end, make a copy that seeks, and only then call it ready.

A worker claims a recording, holds a lease on it while it works (the database is the truth, not the message), and may
die at any point: whoever claims it next starts again and comes to the same files.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from ml.core.errors import MediaError
from ml.core.messages import N_
from ml.media import demux, poster, sandbox
from ml.media.containers import SUFFIXES, suffix_of
from webapp.core import events, leases
from webapp.core.database import db, now
from webapp.core.storage import storage
from webapp.core.turns import LATER, Line
from webapp.interviews.accommodations import Terms, terms_of
from webapp.interviews.models import Answer, Interview, Take
from webapp.policy import Mode
from webapp.questions.models import QuestionKind
from webapp.recordings.models import Recording, RecordingState

#: Shorter than this (seconds) nobody has said anything.
SHORTEST = 1.0

#: What a candidate reads when a recording cannot be used.
REASONS = {
    "empty": N_(
        "Nothing was recorded: the file we received is empty. Check your camera and microphone. "
        "Record it again: this one does not count as one of your takes."
    ),
    "not_media": N_(
        "What we received is not a recording that can be played. Record it again: this one does not "
        "count as one of your takes. If that fails, try another browser."
    ),
    "truncated": N_(
        "The recording breaks off in the middle, so we cannot tell what is missing. Record it again: "
        "this one does not count as one of your takes."
    ),
    "cut_short": N_(
        "The page was closed before any of this answer could be saved. Record it again: this one "
        "does not count as one of your takes."
    ),
    "too_short": N_(
        "This recording is shorter than a second. Record it again: this one does not count as one of your takes."
    ),
    "too_large": N_(
        "This recording is longer or larger than allowed. Record it again: this one does not count "
        "as one of your takes."
    ),
    "too_long": N_(
        "This recording is longer than the question allows. Record it again: this one does not count "
        "as one of your takes."
    ),
    "no_video": N_(
        "There is no picture in this recording. Check that the right camera is chosen. Record it "
        "again: this one does not count as one of your takes."
    ),
    "no_audio": N_(
        "There is no sound in this recording. Check that the right microphone is chosen. Record it "
        "again: this one does not count as one of your takes."
    ),
    "mixed": N_(
        "The recording was interrupted and went on in another format, so its parts cannot be played as one. Record it "
        "again: this one does not count as one of your takes."
    ),
    "checksum": N_(
        "The recording was damaged in transit. Record it again: this one does not count as one of your takes."
    ),
    "not_verified": N_(
        "We could not check this recording. This is our fault. Record it again: this one does not "
        "count as one of your takes."
    ),
}
#: What a candidate reads of a recording that is whole and shows or says nothing, before it is submitted.
WEAKNESSES = {
    "black": N_("The picture of this recording is black. Is the camera covered? You can record it again."),
    "silent": N_("There is no sound in this recording. Is the microphone muted? You can record it again."),
    "black_and_silent": N_(
        "The picture of this recording is black and there is no sound. Is the camera covered and the microphone muted? "
        "You can record it again."
    ),
}

WORK = leases.Work(
    Recording,
    free=lambda moment: sa.and_(
        Recording.state == RecordingState.VERIFYING,
        sa.or_(Recording.lease_owner.is_(None), Recording.lease_until < moment),
    ),
    busy=Recording.state == RecordingState.VERIFYING,
    counts_claims=False,  # a worker that is stopped, however often, says nothing about a recording
)
LINE = Line(
    WORK,
    joined=lambda query: query.select_from(Recording).join(Take).join(Answer).join(Interview),
    whose=Interview.organisation_id,
    first=Interview.mode == Mode.PRACTICE,
    since=Recording.received_at,
)
#: Seconds until a recording is tried again that the machine could not check: half as long as it has waited so far.
SOONEST, LATEST = 15.0, 600.0


def claim(recording_id: str, owner: str) -> Recording | None:
    """Take the lease on a recording that waits. None where there is nothing to do or somebody else does it."""
    if not WORK.claim(recording_id, owner):
        return None
    return db.session.get(Recording, recording_id, populate_existing=True)


def claim_next(owner: str) -> Recording | None:
    """Take the lease on the recording that is next in line. None where none waits."""
    recording_id = LINE.take(owner)
    return db.session.get(Recording, recording_id, populate_existing=True) if recording_id else None


def heartbeat(recording_id: str, owner: str) -> leases.Heartbeat:
    """Renews the lease from a thread of its own for as long as its block runs."""
    return leases.Heartbeat(WORK, recording_id, owner)


def verify(recording: Recording) -> Recording:
    """Decide whether ``recording`` is ready or rejected, and put its files where they belong.

    Only what is in the file decides. Raises OSError where the disk fails us and sandbox.SandboxFailedError where the
    machine does: `try_later` has it tried again.
    """
    if recording.attempts >= current_app.config["MAX_ATTEMPTS"]:
        return reject(recording, "not_verified")
    stored_key = _stored_original(recording.id)
    if stored_key is None and not storage.uploads.exists(recording.id):
        return reject(recording, "empty")
    with storage.local_path(stored_key) if stored_key else storage.uploads.local_path(recording.id) as path:
        return _verify_file(recording, path, stored_key)


def try_later(recording: Recording, owner: str, error: Exception) -> None:
    """Have a recording tried again that could not be checked, however often, unless its own bytes seem to be why.

    What reaches a bound of memory or processor time, or breaks the decoder, MAX_ATTEMPTS times is set aside as
    ``not_verified``: its bytes stay where they are, and nothing is said against them.
    """
    if recording.lease_owner != owner:  # somebody else is at it
        return
    most, attempts = current_app.config["MAX_ATTEMPTS"], recording.attempts
    if isinstance(error, sandbox.BoundReachedError):
        attempts += 1
        if attempts >= most:
            recording.attempts = attempts
            reject(recording, "not_verified")
            return
    waited = (now() - (recording.received_at or recording.created_at)).total_seconds()
    later = now() + timedelta(seconds=min(max(SOONEST, waited / 2), LATEST))
    WORK.settle(recording.id, owner, attempts=attempts, lease_owner=LATER, lease_until=later)


def _verify_file(recording: Recording, path: Path, stored_key: str | None) -> Recording:
    """Decide by the bytes at ``path``: an upload, or what lies at ``stored_key`` already."""
    answer = recording.take.answer
    terms = terms_of(answer.interview, answer.question)
    # Nothing is written to the row until the work is over: a transaction left open would keep every other writer out.
    sha256 = _sha256_of(path)
    if recording.expected_sha256 and recording.expected_sha256 != sha256:
        return reject(recording, "checksum")
    try:
        allowed = allowed_seconds(terms)
        draft = storage.uploads.draft_path(recording.id)
        info, playable = sandbox.verify_and_copy(path, draft, sandbox.Bounds.of(allowed))
        if code := _fault(info, terms.kind, recording.interrupted):
            storage.uploads.remove_draft(recording.id)
            return reject(recording, code)
    except MediaError as error:
        if recording.interrupted and error.code in ("not_media", "truncated"):
            return reject(recording, "cut_short")
        return reject(recording, error.code if error.code in REASONS else "not_media")

    original_key = stored_key or f"originals/{recording.id}{suffix_of(info.container)}"
    whose = answer.interview.organisation_id
    playable_key = f"playable/{recording.id}{playable.suffix}"
    still = poster.path_beside(playable)
    if still.exists():
        storage.save(poster_key(recording.id), still, durable=False, organisation_id=whose)
    storage.save(playable_key, playable, organisation_id=whose)
    if stored_key is None:
        storage.save(original_key, path, organisation_id=whose)
    storage.uploads.remove(recording.id)  # what arrived is in storage now
    recording.original_key, recording.playable_key = original_key, playable_key
    recording.sha256 = sha256
    recording.seconds = info.seconds
    recording.width, recording.height = info.width, info.height
    recording.has_video, recording.has_audio = info.has_video, info.has_audio
    recording.media_info = asdict(info)
    recording.state, recording.ready_at = RecordingState.READY, now()
    recording.reason_code = _weakness(info)
    recording.reason = WEAKNESSES.get(recording.reason_code or "")
    _let_go(recording)
    events.send(events.recording_ready, recording_id=recording.id)
    return recording


def poster_key(recording_id: str) -> str:
    """Where the poster of a recording lies, if one was made."""
    return f"posters/{recording_id}.jpg"


def allowed_seconds(terms: Terms) -> float:
    """How long an answer may be: the limit, and some grace for slow timers and for stopping late."""
    return terms.limit_seconds * 1.1 + 15.0


def reject(recording: Recording, code: str) -> Recording:
    """Say that a recording cannot be used and why. Its bytes are set aside until the take itself goes."""
    recording.state = RecordingState.REJECTED
    recording.reason_code, recording.reason = code, REASONS[code]
    _let_go(recording)
    if code != "not_verified":
        storage.uploads.set_aside(recording.id)
    current_app.logger.info("Recording %s rejected: %s", recording.id, code)
    return recording


def _let_go(recording: Recording) -> None:
    recording.lease_owner = recording.lease_until = None
    db.session.flush()


def _stored_original(recording_id: str) -> str | None:
    """The key of the original where an earlier try died after moving it; None while it lies among the uploads."""
    if storage.uploads.exists(recording_id):
        return None
    candidates = (f"originals/{recording_id}{suffix}" for suffix in SUFFIXES)
    return next((key for key in candidates if storage.exists(key)), None)


def _sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _fault(info: demux.MediaInfo, kind: QuestionKind, interrupted: bool) -> str | None:
    """What is wrong with a file that decodes, as a code; None where nothing is."""
    if info.truncated and not interrupted:
        return "truncated"
    if info.seconds < SHORTEST:
        return "too_short"
    if kind is QuestionKind.VIDEO and not info.has_video:
        return "no_video"
    if kind is QuestionKind.AUDIO and not info.has_audio:
        return "no_audio"
    return None


def _weakness(info: demux.MediaInfo) -> str | None:
    """What a whole recording lacks, as a code of WEAKNESSES; None where nothing is."""
    return "_and_".join(name for name in ("black", "silent") if getattr(info, name)) or None


def forget(recording_id: str) -> None:
    """Remove every file of a recording whose row was deleted while it was being verified."""
    storage.uploads.remove(recording_id)
    storage.uploads.remove_draft(recording_id)
    for kind in ("originals", "playable", "posters"):
        storage.delete_of(kind, recording_id)
