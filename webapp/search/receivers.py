"""What the index does about what happens in lower features (webapp/core/events.py), in their transaction."""

from __future__ import annotations

from collections.abc import Collection

from webapp.core import events
from webapp.core.database import after_commit, db
from webapp.interviews.models import Answer, Interview, Invitation
from webapp.recordings.models import Recording
from webapp.search import operations


@events.interview_invited.connect
@events.address_corrected.connect
def add(_app: object, *, invitation_id: str) -> None:
    """Find a candidate by name from the moment of the invitation on."""
    if (invitation := db.session.get(Invitation, invitation_id)) is not None:
        operations.index_invitation(invitation)


@events.interview_submitted.connect
@events.consents_changed.connect
def renew(_app: object, *, interview_id: str) -> None:
    """Index what was handed in; forget what is no longer agreed to."""
    interview = db.session.get(Interview, interview_id)
    if interview is not None and interview.invitation is not None:
        operations.index_invitation(interview.invitation)


@events.transcript_stored.connect
@events.transcript_changed.connect
def renew_answer(_app: object, *, answer_id: str) -> None:
    """Index the words that were written down, or forget those that went with their recording."""
    if (answer := db.session.get(Answer, answer_id)) is not None:
        operations.index_answer(answer)


@events.recording_ready.connect
def renew_recorded(_app: object, *, recording_id: str) -> None:
    """Index an answer whose recording became ready only after the interview had been submitted."""
    if (recording := db.session.get(Recording, recording_id)) is not None:
        operations.index_answer(recording.take.answer)


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Index what was there before the index was, or was indexed by older rules."""
    operations.index_missing()
    db.session.commit()
    return 0


@events.erasing.connect
def rewrite(_app: object, *, interview_ids: Collection[str], kept: Collection[str]) -> None:
    """Have the index written anew once somebody is erased: until then SQLite keeps words that it no longer finds."""
    after_commit(operations.rewrite_index)
