"""The rules of answering an interview: until when, and which answer. Nothing here commits."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from webapp.core.database import db, now
from webapp.interviews.accommodations import terms_of
from webapp.interviews.models import Answer, Interview, InterviewState, Take
from webapp.questions.models import Question

#: What was begun before the deadline may be finished, sent and submitted for so long after it.
GRACE = timedelta(hours=1)


class AnsweringError(Exception):
    """Something cannot be done now; ``code`` is for programs, ``message`` for the candidate."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


def deadline_of(interview: Interview) -> datetime | None:
    """When answering ends; None in practice."""
    return interview.invitation.deadline if interview.invitation else None


def uploads_until(interview: Interview) -> datetime | None:
    """Until when recordings that were begun in time are taken; None in practice."""
    deadline = deadline_of(interview)
    return deadline + GRACE if deadline else None


def check_may_begin(interview: Interview) -> None:
    """Raise AnsweringError unless something new can be begun: not submitted, not revoked, deadline not over."""
    check_open(interview)
    deadline = deadline_of(interview)
    if deadline is not None and now() > deadline:
        raise AnsweringError("expired", _("The deadline has passed. You can still submit what you have answered."))


def check_may_finish(answer: Answer) -> None:
    """Raise AnsweringError unless what was begun with ``answer`` can still be finished: the deadline has some grace."""
    interview = answer.interview
    check_open(interview)
    deadline, until = deadline_of(interview), uploads_until(interview)
    begun_in_time = deadline is None or (answer.shown_at is not None and answer.shown_at <= deadline)
    if (until is not None and now() > until) or not begun_in_time:
        raise AnsweringError("expired", _("The deadline has passed, so nothing more can be added."))


def check_open(interview: Interview) -> None:
    """Raise AnsweringError for an interview that was submitted or whose invitation was revoked."""
    if interview.state is not InterviewState.OPEN:
        raise AnsweringError("submitted", _("This interview has been submitted, so nothing more can be added."))
    if interview.invitation is not None and interview.invitation.revoked_at is not None:
        raise AnsweringError("revoked", _("This invitation was withdrawn. Ask the person who invited you."))
    if interview.invitation is not None and interview.invitation.withdrawn_at is not None:
        raise AnsweringError("withdrawn", _("You have withdrawn from this process, so nothing more can be added."))


def is_past(moment: datetime) -> bool:
    """Whether ``moment`` lies behind us."""
    return now() > moment


def is_over(interview: Interview) -> bool:
    """Whether the deadline and its grace have passed without a submission."""
    until = uploads_until(interview)
    return interview.state is InterviewState.OPEN and until is not None and now() > until


def saved_answers(interview: Interview) -> list[Answer]:
    """The answers that are there to submit, in the order of the questions."""
    given = (answer for answer in interview.answers if answer.is_given)
    return sorted(given, key=lambda answer: answer.question.position)


def check_may_submit(interview: Interview) -> None:
    """Raise AnsweringError unless the interview may be handed in.

    **What was saved in time counts**: a deadline that passes ends answering and not submitting, which is refused then
    only where nothing was saved.
    """
    check_open(interview)
    if is_over(interview) and not saved_answers(interview):
        raise AnsweringError("expired", _("The deadline has passed, so this interview can no longer be submitted."))


def find_answer(interview: Interview, question: Question) -> Answer | None:
    """The answer to one question of the interview's set, if there is one; to look at it makes none."""
    if question.question_set_id != interview.question_set_id:
        raise AnsweringError("question", _("This question is not part of your interview."))
    return db.session.scalar(
        sa.select(Answer).where(Answer.interview_id == interview.id, Answer.question_id == question.id)
    )


def answer_to(interview: Interview, question: Question) -> Answer:
    """The answer to one question of the interview's set, made when first needed."""
    answer = find_answer(interview, question)
    if answer is None:
        try:
            with db.session.begin_nested():
                answer = Answer(interview=interview, question=question)
                db.session.add(answer)
        except sa.exc.IntegrityError:  # shown twice at the same moment
            return answer_to(interview, question)
    return answer


def show_question(interview: Interview, question: Question) -> Answer:
    """Note that the candidate sees a question: the think time runs from the first time on."""
    answer = answer_to(interview, question)
    if answer.shown_at is None:
        check_may_begin(interview)
        answer.shown_at = now()
        db.session.flush()
    return answer


def think_seconds_left(answer: Answer) -> float:
    """What is left of the think time, in seconds, by the server's clock; never below 0, and 0 where none is counted."""
    terms = terms_of(answer.interview, answer.question)
    if not terms.clock:
        return 0.0
    if answer.shown_at is None:
        return float(terms.think_seconds)
    return max(0.0, terms.think_seconds - (now() - answer.shown_at).total_seconds())


def load_answers(interview: Interview) -> None:
    """Read what an interview asks, with its answers, takes and recordings: one statement, however many there are."""
    theirs = sa.and_(Answer.question_id == Question.id, Answer.interview_id == interview.id)
    asked = sa.and_(Question.question_set_id == interview.question_set_id, Question.follows_id.is_(None))
    query = (
        sa.select(Question, Answer)
        .outerjoin(Answer, theirs)
        .where(sa.or_(asked, Answer.id.is_not(None)))
        .order_by(Question.position, Question.id)
        .options(joinedload(Answer.takes).joinedload(Take.recording))
    )
    rows = db.session.execute(query).unique().all()
    for question, answer in rows:
        if answer is not None:
            set_committed_value(answer, "question", question)
    set_committed_value(interview, "answers", [answer for _question, answer in rows if answer is not None])
    questions = [each for each, _answer in rows if each.follows_id is None]
    set_committed_value(interview.question_set, "questions", questions)
