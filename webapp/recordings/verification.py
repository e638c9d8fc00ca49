"""Verification: decode what arrived to its end, make a copy that seeks, and only then call it ready.

A worker claims a recording, holds a lease on it while it works (the database is the truth, not the message), and may
die at any point: whoever claims it next starts again and comes to the same files.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from flask import current_app

from ml.core.errors import MediaError
from ml.core.messages import N_
from ml.media import demux
from webapp.core import storage
from webapp.core.database import db, now
from webapp.questions.models import QuestionKind
from webapp.recordings import files
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
    "no_video": N_(
        "There is no picture in this recording. Check that the right camera is chosen. Record it "
        "again: this one does not count as one of your takes."
    ),
    "no_audio": N_(
        "There is no sound in this recording. Check that the right microphone is chosen. Record it "
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
_SUFFIX = {"matroska": ".webm", "mov": ".mp4", "ogg": ".ogg", "wav": ".wav", "flac": ".flac", "mp3": ".mp3"}


def claim(recording_id: str, owner: str) -> Recording | None:
    """Take the lease on a recording that waits. None where there is nothing to do or somebody else does it."""
    moment = now()
    taken = cast(
        "sa.CursorResult[Any]",
        db.session.execute(
            sa.update(Recording)
            .where(
                Recording.id == recording_id,
                Recording.state == RecordingState.VERIFYING,
                sa.or_(Recording.lease_owner.is_(None), Recording.lease_until < moment),
            )
            .values(
                lease_owner=owner,
                lease_until=moment + timedelta(seconds=current_app.config["LEASE_SECONDS"]),
                attempts=Recording.attempts + 1,
            )
            .execution_options(synchronize_session=False)
        ),
    )
    if not taken.rowcount:
        return None
    return db.session.get(Recording, recording_id, populate_existing=True)


@contextmanager
def heartbeat(recording_id: str, owner: str) -> Iterator[None]:
    """Renew the lease from a thread of its own for as long as the block runs."""
    engine, done = db.engine, threading.Event()
    lease = timedelta(seconds=current_app.config["LEASE_SECONDS"])
    every = current_app.config["HEARTBEAT_SECONDS"]
    statement = sa.update(Recording).where(Recording.id == recording_id, Recording.lease_owner == owner)

    def beat() -> None:
        while not done.wait(every):
            with suppress(sa.exc.OperationalError), engine.begin() as connection:
                connection.execute(statement.values(lease_until=now() + lease))

    thread = threading.Thread(target=beat, name=f"lease-{recording_id[:8]}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def verify(recording: Recording) -> Recording:
    """Decide whether ``recording`` is ready or rejected, and put its files where they belong.

    Raises OSError where the disk fails us: that says nothing about the recording, so it stays to be tried again.
    """
    if recording.attempts > current_app.config["MAX_ATTEMPTS"]:
        return reject(recording, "not_verified")
    path, kind = _bytes_of(recording), recording.take.answer.question.kind
    if path is None:
        return reject(recording, "empty")
    # Nothing is written to the row until the work is over: a transaction left open would keep every other writer out.
    sha256 = files.sha256_of(path)
    if recording.expected_sha256 and recording.expected_sha256 != sha256:
        return reject(recording, "checksum")
    try:
        info = demux.verify(path)
        if code := _fault(info, kind, recording.interrupted):
            return reject(recording, code)
        playable = files.folder() / f"{recording.id}.playable{demux.playable_suffix(info)}"
        demux.remux(path, playable)
    except MediaError as error:
        if recording.interrupted and error.code in ("not_media", "truncated"):
            return reject(recording, "cut_short")
        return reject(recording, error.code if error.code in REASONS else "not_media")

    original_key = f"originals/{recording.id}{_SUFFIX.get(info.container, '.bin')}"
    playable_key = f"playable/{recording.id}{playable.suffix}"
    storage.put(playable_key, playable)
    if path != storage.path_of(original_key):
        storage.put(original_key, path)
    recording.original_key, recording.playable_key = original_key, playable_key
    recording.sha256 = sha256
    recording.seconds = info.seconds
    recording.width, recording.height = info.width, info.height
    recording.has_video, recording.has_audio = info.has_video, info.has_audio
    recording.state, recording.ready_at = RecordingState.READY, now()
    recording.reason_code = recording.reason = None
    _let_go(recording)
    files.path_of(recording.id).with_suffix(".lock").unlink(missing_ok=True)
    return recording


def reject(recording: Recording, code: str) -> Recording:
    """Say that a recording cannot be used and why. Its bytes go, unless the fault is ours."""
    recording.state = RecordingState.REJECTED
    recording.reason_code, recording.reason = code, REASONS[code]
    _let_go(recording)
    if code != "not_verified":
        files.remove(recording.id)
    current_app.logger.info("Recording %s rejected: %s", recording.id, code)
    return recording


def _let_go(recording: Recording) -> None:
    recording.lease_owner = recording.lease_until = None
    db.session.flush()


def _bytes_of(recording: Recording) -> Path | None:
    """Where the original is: still among the uploads, or in storage already if an earlier try died after moving it."""
    upload = files.path_of(recording.id)
    if upload.exists():
        return upload
    candidates = (storage.path_of(f"originals/{recording.id}{suffix}") for suffix in (*_SUFFIX.values(), ".bin"))
    return next((path for path in candidates if path.exists()), None)


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


def forget(recording_id: str) -> None:
    """Remove every file of a recording whose row was deleted while it was being verified."""
    files.remove(recording_id)
    for suffix in (*_SUFFIX.values(), ".bin"):
        storage.delete(f"originals/{recording_id}{suffix}")
    for suffix in (".webm", ".mp4"):
        storage.delete(f"playable/{recording_id}{suffix}")
        (files.folder() / f"{recording_id}.playable{suffix}").unlink(missing_ok=True)
