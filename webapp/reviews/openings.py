"""Which answers a reviewer has opened: recorded when an answer is shown, for a decision needs all of them.

To reject somebody without opening their answers is no review by a person (ICO, 31 March 2026).
"""

from __future__ import annotations

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.core.database import db, now
from webapp.interviews.models import Interview
from webapp.questions.models import Question
from webapp.reviews.models import AnswerOpening


def note_opened(interview: Interview, question: Question, user: User, *, played: bool = False) -> AnswerOpening:
    """Record that ``user`` opened the answer to ``question``, and with ``played`` that its recording ran.

    The first time counts; a second one at the same moment changes nothing.
    """
    row = _row(interview, question, user)
    if row is None:
        row = AnswerOpening(interview_id=interview.id, question_id=question.id, user_id=user.id)
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except sa.exc.IntegrityError:
            row = _row(interview, question, user)
            if row is None:
                raise
    if played and row.played_at is None:
        row.played_at = now()
        db.session.flush()
    return row


def openings_of(interview: Interview, user: User) -> dict[str, AnswerOpening]:
    """By question id what ``user`` has opened."""
    query = sa.select(AnswerOpening).where(
        AnswerOpening.interview_id == interview.id, AnswerOpening.user_id == user.id
    )
    return {row.question_id: row for row in db.session.scalars(query)}


def to_open(interview: Interview) -> list[Question]:
    """The questions with an answer that there is to open, in order."""
    given = {answer.question_id for answer in interview.answers if answer.is_given}
    return [question for question in interview.question_set.questions if question.id in given]


def not_opened(interview: Interview, user: User) -> list[Question]:
    """The answered questions that ``user`` has not opened yet, in order."""
    opened = openings_of(interview, user)
    return [question for question in to_open(interview) if question.id not in opened]


def _row(interview: Interview, question: Question, user: User) -> AnswerOpening | None:
    query = sa.select(AnswerOpening).where(
        AnswerOpening.interview_id == interview.id,
        AnswerOpening.question_id == question.id,
        AnswerOpening.user_id == user.id,
    )
    return db.session.scalars(query).first()
