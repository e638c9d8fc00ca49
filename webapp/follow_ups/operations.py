"""Whether follow-ups are asked, which one was, and skipping it. Nothing here commits."""

from __future__ import annotations

import sqlalchemy as sa

from ml.content.follow_up import Choice
from ml.transcripts.recogniser import is_available
from webapp.core.database import db, now
from webapp.core.security_log import record
from webapp.employer.operations import page_of
from webapp.follow_ups.models import FollowUp, FollowUpState
from webapp.interviews.answering import answer_to
from webapp.interviews.models import Answer, Interview, InterviewState
from webapp.policy import Modality, Mode, decide_for
from webapp.questions.models import Question


def offered(question: Question) -> list[Question]:
    """The follow-ups that an answer to ``question`` may be followed by, in the order in which they were written."""
    if question.follows_id is not None:
        return []
    query = sa.select(Question).where(Question.follows_id == question.id)
    return list(db.session.scalars(query.order_by(Question.position)))


def is_switched_on(interview: Interview) -> bool:
    """Whether follow-ups are asked here: always in practice; else where an admin said so before the candidate began."""
    if interview.mode is Mode.PRACTICE:
        return True
    since = page_of(interview.organisation_id).follow_ups_since if interview.organisation_id else None
    return since is not None and since <= interview.started_at


def may_be_asked(interview: Interview) -> bool:
    """Whether a follow-up may come in this interview, as the candidate is told before."""
    if not is_available() or not is_switched_on(interview):
        return False
    query = sa.select(Question.id).where(
        Question.question_set_id == interview.question_set_id, Question.follows_id.is_not(None)
    )
    return db.session.scalar(query.limit(1)) is not None


def is_wanted(answer: Answer) -> bool:
    """Whether the words of ``answer`` may and shall be listened to for a follow-up now."""
    return bool(offered(answer.question)) and is_wanted_of(answer.interview)


def is_wanted_of(interview: Interview) -> bool:
    """Whether words are listened to for follow-ups in this interview now."""
    return (
        interview.state is InterviewState.OPEN
        and is_available()
        and is_switched_on(interview)
        and bool(decide_for(interview, Modality.TEXT))
    )


def of_answer(answer: Answer) -> FollowUp | None:
    """What came of the follow-ups of ``answer``; None while nobody listened."""
    return db.session.scalar(sa.select(FollowUp).where(FollowUp.answer_id == answer.id))


def of_interview(interview: Interview) -> dict[str, FollowUp]:
    """The same of all answers, by the id of the follow-up's question, of those that were asked."""
    query = sa.select(FollowUp).join(Answer).where(Answer.interview_id == interview.id)
    return {row.question_id: row for row in db.session.scalars(query) if row.question_id is not None}


def begin(answer: Answer, recording_id: str) -> FollowUp | None:
    """The row of an answer that is being recorded; None where there is nothing to decide any more.

    Of several takes that arrive, the newest is listened to until one is saved.
    """
    row = of_answer(answer)
    if row is None:
        try:
            with db.session.begin_nested():
                row = FollowUp(answer=answer, recording_id=recording_id)
                db.session.add(row)
        except sa.exc.IntegrityError:  # two parts arrived at once
            return begin(answer, recording_id)
    if row.state is not FollowUpState.LISTENING:
        return None
    if row.recording_id != recording_id:
        row.recording_id, row.heard_seconds, row.heard = recording_id, 0.0, []
        db.session.flush()
    return row


def decide(row: FollowUp, choice: Choice) -> None:
    """Keep what the rule says; a follow-up that is asked is a question of the interview from now on."""
    questions = offered(row.answer.question)
    row.reason, row.decided_at = choice.reason, now()
    row.support = [[each.follows_point, value] for each, value in zip(questions, choice.support, strict=False)]
    row.recording_id, row.heard = None, []
    row.state = FollowUpState.NONE
    if choice.index is not None:
        row.state, row.question = FollowUpState.ASKED, questions[choice.index]
        answer_to(row.answer.interview, row.question)
    db.session.flush()
    record("follow-up decided", answer=row.answer_id, state=row.state.value, reason=row.reason)


def skip(interview: Interview, question: Question) -> bool:
    """The candidate goes on without answering; whether there was something to skip. It has no consequence."""
    row = of_interview(interview).get(question.id)
    answer = next((each for each in interview.answers if each.question_id == question.id), None)
    if row is None or answer is None or answer.takes or answer.written:
        return False
    row.state = FollowUpState.SKIPPED
    interview.answers.remove(answer)
    db.session.flush()
    record("follow-up skipped", answer=row.answer_id)
    return True


def drop_unanswered(interview: Interview) -> None:
    """At the end: a follow-up without an answer was skipped."""
    for question in [each for each in interview.questions if each.follows_id is not None]:
        skip(interview, question)
