"""Who opened which answer: a decision is only for people who have heard and read what was said. Nothing commits."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.core.database import db, now
from webapp.core.once import asked_once
from webapp.interviews.models import Answer, Interview
from webapp.questions.models import Question
from webapp.reviews.models import AnswerOpening

#: Seconds for which a recording must have played.
PLAYED = 1.0


def note_opened(answer: Answer, person: User) -> AnswerOpening:
    """Note that ``person`` has played ``answer`` for PLAYED seconds, or had its words on the screen."""
    row = next((each for each in _openings_of(answer.interview_id) if _is(each, answer, person)), None)
    if row is None:
        try:
            with db.session.begin_nested():
                row = AnswerOpening(answer_id=answer.id, user_id=person.id)
                db.session.add(row)
            return row
        except sa.exc.IntegrityError:  # two messages of one page at once
            row = _opening(answer, person)
            if row is None:
                raise
    row.last_at, row.times = now(), row.times + 1
    db.session.flush()
    return row


def _is(row: AnswerOpening, answer: Answer, person: User) -> bool:
    return row.answer_id == answer.id and row.user_id == person.id


def _opening(answer: Answer, person: User) -> AnswerOpening | None:
    return db.session.scalar(
        sa.select(AnswerOpening).where(AnswerOpening.answer_id == answer.id, AnswerOpening.user_id == person.id)
    )


def openings_of(interview: Interview) -> list[AnswerOpening]:
    """Everybody's openings of the answers of an interview, the first first."""
    return list(_openings_of(interview.id))


@asked_once(AnswerOpening, rows=True)
def _openings_of(interview_id: str) -> tuple[AnswerOpening, ...]:
    query = (
        sa.select(AnswerOpening)
        .join(AnswerOpening.answer)
        .where(Answer.interview_id == interview_id)
        .order_by(AnswerOpening.opened_at, AnswerOpening.id)
    )
    return tuple(db.session.scalars(query))


def opened_by(interview: Interview, person: User) -> set[str]:
    """The ids of the answers that ``person`` has opened."""
    return {row.answer_id for row in openings_of(interview) if row.user_id == person.id}


def unopened(interview: Interview, person: User) -> list[Question]:
    """The questions whose answers are there and that ``person`` has not opened, in order."""
    opened = opened_by(interview, person)
    there = {answer.question_id for answer in interview.answers if answer.is_given and answer.id not in opened}
    return [question for question in interview.questions if question.id in there]
