"""Writing down an answer while it arrives, and deciding once it is saved. Runs in a worker, under the row's lease."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import chain
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from ml.content import rubric
from ml.content.follow_up import Choice, choose
from ml.core.errors import MediaError
from ml.media.demux import audio_blocks
from ml.transcripts.recogniser import recogniser
from ml.transcripts.whisper import pieces
from webapp.core import leases
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.follow_ups import operations
from webapp.follow_ups.models import FollowUp, FollowUpState
from webapp.recordings.models import Recording, RecordingState

RATE = 16_000
WORK = leases.Work(
    FollowUp,
    free=lambda moment: sa.and_(
        FollowUp.state == FollowUpState.LISTENING,
        sa.or_(FollowUp.lease_owner.is_(None), FollowUp.lease_until < moment),
    ),
    busy=FollowUp.state == FollowUpState.LISTENING,
)


def listen(recording_id: str) -> None:
    """Write down what has arrived of a recording since the last time; once it is saved, decide.

    Pieces of half a minute are written down when they are whole, the rest when the recording is saved. Raises
    ModelMissing.
    """
    while _listen(recording_id):
        pass


def _listen(recording_id: str) -> bool:
    """Whether the recording was saved meanwhile: the message that says so found the row taken, and has gone."""
    row = db.session.scalar(sa.select(FollowUp).where(FollowUp.recording_id == recording_id))
    owner = leases.new_owner()
    row_id = row.id if row is not None else ""
    db.session.rollback()
    if not row_id or not WORK.claim(row_id, owner):
        return False
    again = False
    try:
        recording = db.session.get(Recording, recording_id, populate_existing=True)
        row = db.session.get(FollowUp, row_id, populate_existing=True)
        if row is None or recording is None or row.recording_id != recording_id:
            return False
        if not operations.is_wanted(row.answer):
            operations.decide(row, Choice(None, "no_consent"))
            db.session.commit()
            return False
        saved, place, heard = recording.is_ready, row.heard_seconds, list(row.heard)
        language = row.answer.spoken_language
        points = [each.follows_point for each in operations.offered(row.answer.question)]
        where = _place(recording)
        db.session.rollback()  # nothing is held open while the recogniser listens
        if not saved and not place:  # what it takes is loaded while there is time
            recogniser()
            rubric.match(points[0], points[:1])
        with where as path:
            for seconds, text in _new(Path(path), place, saved, language):
                place, heard = seconds, [*heard, text]
                WORK.renew(row_id, owner, heard_seconds=place, heard=heard)
        if saved:
            choice = choose(" ".join(heard), points)
            row = db.session.get(FollowUp, row_id, populate_existing=True)
            if row is not None and row.lease_owner == owner:
                operations.decide(row, choice)
                db.session.commit()
        again = not saved
    finally:
        db.session.rollback()
        WORK.settle(row_id, owner)
    recording = db.session.get(Recording, recording_id, populate_existing=True) if again else None
    again = recording is not None and recording.is_ready
    db.session.rollback()
    return again


def waiting(moment: datetime) -> list[FollowUp]:
    """Rows whose recording is saved and which nobody decides: their worker died, or their message was lost."""
    term = leases.term()
    return list(
        db.session.scalars(
            sa.select(FollowUp)
            .join(Recording, Recording.id == FollowUp.recording_id)
            .where(
                FollowUp.state == FollowUpState.LISTENING,
                Recording.state == RecordingState.READY,
                sa.or_(
                    FollowUp.lease_until < moment,
                    sa.and_(FollowUp.lease_until.is_(None), Recording.received_at < moment - term),
                ),
            )
        )
    )


def _place(recording: Recording) -> AbstractContextManager[Path]:
    key = recording.original_key or recording.playable_key
    return storage.local_path(key) if key else storage.uploads.local_path(recording.id)


def _new(path: Path, place: float, whole: bool, language: str | None) -> Iterator[tuple[float, str]]:
    """(end in seconds, words) of each piece after ``place``; of a recording that still arrives, not of the last one,
    which goes on."""
    start = round(place * RATE)
    held: tuple[int, np.ndarray] | None = None
    for piece in chain(pieces(_after(path, start)), [None] if whole else []):
        if held is not None:
            text = recogniser().text_of(held[1], language=language)
            yield (start + held[0] + len(held[1])) / RATE, text
        held = piece


def _after(path: Path, start: int) -> Iterator[np.ndarray]:
    """The sound from sample ``start`` on, as far as it has arrived."""
    at = 0
    try:
        for block in audio_blocks(path):
            if at + len(block) > start:
                yield block[max(0, start - at) :]
            at += len(block)
    except (MediaError, FileNotFoundError):
        return  # it breaks off where the upload has come to
