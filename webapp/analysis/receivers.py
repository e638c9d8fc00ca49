"""What analyses do about what happens in lower features (webapp/core/events.py)."""

from __future__ import annotations

from webapp.analysis import operations, reanalyse, sweeper, versions
from webapp.core import events
from webapp.core.database import db
from webapp.interviews.models import Answer, Interview, InterviewState
from webapp.policy import Modality
from webapp.recordings.models import Recording


@events.interview_submitted.connect
def queue(_app: object, *, interview_id: str) -> None:
    """Queue what may be analysed of a submitted interview."""
    if (interview := db.session.get(Interview, interview_id)) is not None:
        operations.queue_interview(interview)


@events.consents_changed.connect
def reconsider(_app: object, *, interview_id: str) -> None:
    """Delete what is no longer agreed to, and queue what is agreed to now."""
    if (interview := db.session.get(Interview, interview_id)) is not None:
        operations.consents_changed(interview)


@events.recording_ready.connect
def queue_late(_app: object, *, recording_id: str) -> None:
    """Queue an answer whose recording became ready only after the interview had been submitted."""
    recording = db.session.get(Recording, recording_id)
    if recording is not None and recording.take.answer.interview.state is InterviewState.SUBMITTED:
        operations.queue_interview(recording.take.answer.interview)


@events.transcript_changed.connect
def read_again(_app: object, *, answer_id: str) -> None:
    """Have the words of an answer analysed again."""
    if (answer := db.session.get(Answer, answer_id)) is not None:
        reanalyse.words_changed(answer)


@events.model_switched.connect
def switched(_app: object, *, organisation_id: str | None, modality: str) -> None:
    """Queue what was switched off, and have reports show the version that counts now."""
    versions.switched(organisation_id, Modality(modality))


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Queue again what nobody holds."""
    return sweeper.sweep()
