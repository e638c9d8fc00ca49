"""The takes of an answer: begin, count, drop, keep. Nothing here commits."""

from __future__ import annotations

from flask_babel import gettext as _

from webapp.core.database import db
from webapp.interviews.accommodations import terms_of
from webapp.interviews.answering import AnsweringError, check_may_begin, check_may_finish, show_question
from webapp.interviews.models import Answer, Take
from webapp.policy import Purpose
from webapp.recordings import operations
from webapp.recordings.models import RecordingState


def counted_takes(answer: Answer) -> list[Take]:
    """The takes that use up the number allowed: a take counts from its first byte, unless it was rejected."""
    return [
        take
        for take in answer.takes
        if take.recording is not None
        and take.recording.state is not RecordingState.REJECTED
        and (take.recording.state is not RecordingState.RECEIVING or take.recording.received > 0)
    ]


def takes_left(answer: Answer) -> int:
    """How many more takes may be recorded."""
    return max(0, terms_of(answer.interview, answer.question).takes - len(counted_takes(answer)))


def begin_take(answer: Answer, *, existing: bool = False) -> Take:
    """Make the next take of an answer. Raises AnsweringError without consent, takes left or time.

    :param existing: whether it is a file that the candidate has already, which the question set must allow.

    A take of which no byte has arrived makes room: it was begun and never recorded.
    """
    interview, question = answer.interview, answer.question
    check_may_begin(interview)
    if Purpose.RECORDING not in interview.consented:
        raise AnsweringError(
            "no_consent", _("You did not agree to be recorded. Answer in writing, or change your consent.")
        )
    if not question.is_recorded:
        raise AnsweringError("written", _("This question is answered in writing."))
    if existing and not interview.question_set.existing_files:
        raise AnsweringError("no_files", _("This answer must be recorded here; a file cannot take its place."))
    show_question(interview, question)
    if takes_left(answer) == 0:
        raise AnsweringError("no_takes", _("You have used all your takes. Choose the one you like best."))
    number = max((take.number for take in answer.takes), default=0) + 1
    counted = counted_takes(answer)
    for take in list(answer.takes):
        if take not in counted and (take.recording is None or take.recording.state is RecordingState.RECEIVING):
            drop_take(take)
    take = Take(answer=answer, number=number)
    db.session.add(take)
    db.session.flush()
    return take


def drop_take(take: Take) -> None:
    """Delete a take with its recording and files."""
    if take.recording is not None:
        operations.discard(take.recording)
    take.answer.takes.remove(take)
    db.session.flush()


def keep_take(take: Take) -> None:
    """Choose ``take`` over the others of its answer. Raises AnsweringError unless it is safely stored."""
    check_may_finish(take.answer)
    if take.recording is None or not take.recording.is_ready:
        raise AnsweringError("not_ready", _("This take is not saved yet. Wait a moment, then choose it."))
    for other in take.answer.takes:
        other.kept = other is take
    db.session.flush()
