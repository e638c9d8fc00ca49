"""What a candidate can do with their own practice interviews. Nothing here commits."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app

from webapp.accounts.models import Role, User
from webapp.analysis.operations import analyses_of
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.scoping import ALL
from webapp.interviews.models import Answer, Interview, Take
from webapp.policy import Mode
from webapp.practice.questions import FOLLOW_UPS, LINEAGE, POINTS, QUESTIONS, TITLE, VERSION
from webapp.questions import follow_ups
from webapp.questions.models import Question, QuestionKind, QuestionSet, SetState
from webapp.recordings import operations as recordings
from webapp.recordings.models import Recording


def sets_to_practise(person: User) -> list[QuestionSet]:
    """What ``person`` may practise on besides Viva's own questions: the newest version of every published set.

    Nothing for candidates: the questions of an interview that somebody may be invited to are no surprise to anyone who
    has practised them.
    """
    if person.role is Role.CANDIDATE:
        return []
    return newest(sa.select(QuestionSet).where(QuestionSet.state == SetState.PUBLISHED, QuestionSet.lineage != LINEAGE))


def newest(query: sa.Select[QuestionSet]) -> list[QuestionSet]:
    """The newest version of every set that ``query`` finds, by title."""
    found: dict[str, QuestionSet] = {}
    for question_set in db.session.scalars(query.order_by(QuestionSet.title, QuestionSet.version.desc())):
        present = found.get(question_set.lineage)
        if present is None or present.version < question_set.version:
            found[question_set.lineage] = question_set
    return list(found.values())


def built_in_set(by: User) -> QuestionSet:
    """Viva's own practice questions, made when they are first needed.

    They are archived from the start: nobody can be invited to answer them.
    """
    query = sa.select(QuestionSet).where(QuestionSet.lineage == LINEAGE, QuestionSet.version >= VERSION)
    found = db.session.scalars(query).first()
    if found is not None:
        return found
    admins = sa.select(User).where(User.role == Role.ADMIN).order_by(User.created_at)
    owner = db.session.scalar(admins.execution_options(**{ALL: True})) or by
    question_set = QuestionSet(
        lineage=LINEAGE,
        version=VERSION,
        title=TITLE,
        introduction="Three questions to try everything out. Nobody but you sees your answers.",
        state=SetState.ARCHIVED,
        created_by=owner,
        published_at=now(),
        archived_at=now(),
    )
    for position, (kind, prompt, think, limit) in enumerate(QUESTIONS, 1):
        question_set.questions.append(
            Question(
                position=position,
                kind=QuestionKind(kind),
                prompt=prompt,
                think_seconds=think,
                limit_seconds=limit,
                takes_allowed=5,
                rubric="\n".join(POINTS.get(position, ())),
                follow_ups="\n".join(FOLLOW_UPS.get(position, ())),
            )
        )
    follow_ups.make_rows(question_set)
    db.session.add(question_set)
    db.session.flush()
    return question_set


def start(candidate: User, question_set: QuestionSet) -> Interview:
    """A new practice interview that belongs to ``candidate`` alone."""
    interview = Interview(
        mode=Mode.PRACTICE, candidate=candidate, question_set=question_set, candidate_name=candidate.name
    )
    db.session.add(interview)
    db.session.flush()
    return interview


def practice_of(candidate: User) -> list[Interview]:
    """A person's own practice interviews, the newest first."""
    query = (
        sa.select(Interview)
        .where(Interview.mode == Mode.PRACTICE, Interview.candidate_id == candidate.id)
        .order_by(Interview.started_at.desc())
    )
    return list(db.session.scalars(query))


def own(interview_id: str, person: User) -> Interview | None:
    """A practice interview of ``person``; None where it is none of theirs."""
    interview = db.session.get(Interview, interview_id)
    if interview is None or interview.mode is not Mode.PRACTICE or interview.candidate_id != person.id:
        return None
    return interview


def delete(interview: Interview) -> None:
    """Delete a practice interview with everything that was said, written, recorded and read in it.

    The files go once the rows are gone for good; whoever still works on a reading loses the lease with the row.
    """
    if interview.mode is not Mode.PRACTICE:
        raise ValueError("Only a practice interview can be deleted by its candidate.")
    found = db.session.scalars(
        sa.select(Recording).join(Take).join(Answer).where(Answer.interview_id == interview.id)
    ).all()
    for recording in found:
        recordings.discard(recording)
    gone = [analysis.id for analysis in analyses_of(interview)]
    events.send(events.readings_deleted, interview_id=interview.id, analysis_ids=gone)
    events.send(events.practice_deleted, interview_id=interview.id)
    db.session.delete(interview)
    db.session.flush()
    current_app.logger.info("A practice interview was deleted with %d recordings", len(found))
