"""Who is compared, in which order and under which names, and what everybody said of each answer.

The order is shuffled once for each reader and each choice of people and stays so: neither the alphabet nor who came
first decides who is read first. There is no total and no rank.
"""

from __future__ import annotations

import hashlib
import statistics
import string
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.interviews.models import Answer, Interview, InterviewState
from webapp.interviews.operations import interviews_of
from webapp.questions.models import Question
from webapp.reports.view import view_of
from webapp.reviews.access import Review, is_identity_hidden, opened_by, review_of
from webapp.reviews.models import Decision, Rating, Scorecard, ScorecardState
from webapp.reviews.presenters import AnswerSource
from webapp.workspace.analyses import Analyses, analyses_of

#: So many can be compared.
FEWEST, MOST = 2, 4
#: A reference needs so many rated answers of other people; with fewer there is none.
FEWEST_RATED = 5


class ComparisonError(ValueError):
    """These cannot be compared; the message is for the person."""


@dataclass(frozen=True)
class Person:
    """One candidate of a comparison under the name that is shown. ``hidden``: in blind review, without recordings."""

    interview: Interview
    name: str
    review: Review
    hidden: bool = False
    #: What programs read in the one answer that was asked for, by question; empty where this reader may not see it yet.
    analyses: dict[str, Analyses] = field(default_factory=dict)

    @property
    def decision(self) -> Decision | None:
        """The decision that counts, where this reader may see it."""
        return self.review.decisions[0] if self.review.decisions else None


@dataclass(frozen=True)
class Reference:
    """The middle half of all scores that this reader may see for one question: from ``low`` to ``high`` over ``n``
    rated answers; without both where ``n`` is too small."""

    n: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """One question, and each person's answer to it in the order of the people; None where they were not asked it."""

    question: Question
    answers: list[AnswerSource | None]
    reference: Reference


@dataclass(frozen=True)
class Comparison:
    """Everything that the page shows."""

    people: list[Person]
    rows: list[Row]


def compare(reader: User, ids: Collection[str], *, names: bool = True, analysed: int | None = None) -> Comparison:
    """The comparison of the interviews ``ids``, with their names or with letters, and with what programs read in the
    answers of row ``analysed`` (from 1) alone: preparing it takes longer than all the rest.

    Raises ComparisonError for fewer than two or more than four, and for interviews of several positions; LookupError
    where ``reader`` may not see one of them, or it is not handed in.
    """
    wanted = list(dict.fromkeys(ids))
    if not FEWEST <= len(wanted) <= MOST:
        raise ComparisonError(_("Choose two to four candidates to compare."))
    query = interviews_of(reader).where(Interview.id.in_(wanted), Interview.state == InterviewState.SUBMITTED)
    found = {row.id: row for row in db.session.scalars(query)}
    if len(found) != len(wanted):
        raise LookupError("An interview is not there, or not for this reader.")
    if len({row.position_id for row in found.values()}) > 1:
        raise ComparisonError(_("Candidates can be compared only within one position."))
    people = []
    for number, interview_id in enumerate(shuffled(reader, wanted)):
        interview = found[interview_id]
        hidden = is_identity_hidden(reader, interview)
        letter = _("Candidate %(letter)s", letter=string.ascii_uppercase[number])
        review = review_of(interview, reader)
        if review is None:
            raise LookupError("This interview cannot be reviewed.")
        shown = interview.candidate_name if names and not hidden else letter
        people.append(Person(interview, shown, review, hidden))
    rows = _rows(reader, [person.interview for person in people])
    if analysed is not None and 1 <= analysed <= len(rows):
        for person, source in zip(people, rows[analysed - 1].answers, strict=True):
            if person.review.open and source is not None:
                person.analyses.update(_analyses(person.interview, source.question))
    return Comparison(people, rows)


def _analyses(interview: Interview, question: Question) -> dict[str, Analyses]:
    views = [view for view in view_of(interview).answers if view.question.id == question.id and view.recording]
    return {view.question.id: analyses_of(interview, view) for view in views}


def shuffled(reader: User, ids: Collection[str]) -> list[str]:
    """``ids`` in this reader's order: the same each time for the same people, another one for another reader."""
    whole = "".join(sorted(ids))
    return sorted(ids, key=lambda each: hashlib.sha256(f"{reader.id}{whole}{each}".encode()).digest())


def _rows(reader: User, interviews: Sequence[Interview]) -> list[Row]:
    """The questions in order; questions of different versions are one where their words and their kind are equal."""
    rows: dict[tuple[str, str], tuple[Question, list[AnswerSource | None]]] = {}
    asked: dict[tuple[str, str], set[str]] = {}
    for place, interview in enumerate(interviews):
        answers: dict[str, Answer] = {answer.question_id: answer for answer in interview.answers}
        for question in interview.question_set.questions:
            key = (question.prompt.strip(), question.kind.value)
            _question, row = rows.setdefault(key, (question, [None] * len(interviews)))
            row[place] = AnswerSource(question, answers.get(question.id))
            asked.setdefault(key, set()).add(question.id)
    scores = _scores(reader, interviews[0].position_id, {each for ids in asked.values() for each in ids})
    return [
        Row(question, row, _reference([score for each in asked[key] for score in scores.get(each, [])]))
        for key, (question, row) in sorted(rows.items(), key=lambda item: item[1][0].position)
    ]


def _scores(reader: User, position_id: str | None, questions: Collection[str]) -> dict[str, list[int]]:
    """By question, the scores that people gave in the position: each reviewer's latest of each interview whose
    scorecards this reader may see."""
    seen = interviews_of(reader).where(Interview.position_id == position_id).with_only_columns(Interview.id)
    query = (
        sa.select(Rating.question_id, Rating.competency, Scorecard.interview_id, Scorecard.reviewer_id, Rating.score)
        .join(Scorecard, Rating.scorecard_id == Scorecard.id)
        .where(
            Rating.question_id.in_(questions),
            Rating.score.is_not(None),
            Scorecard.state == ScorecardState.SUBMITTED,
            Scorecard.interview_id.in_(seen),
            opened_by(reader, Scorecard.interview_id),
        )
        .order_by(Scorecard.version)
    )
    latest: dict[tuple[str, ...], int] = {}
    for question_id, competency, interview_id, reviewer_id, score in db.session.execute(query):
        if score is not None:
            latest[question_id, competency, interview_id, reviewer_id] = score
    found: dict[str, list[int]] = {}
    for (question_id, *_who), score in latest.items():
        found.setdefault(question_id, []).append(score)
    return found


def _reference(scores: Sequence[int]) -> Reference:
    if len(scores) < FEWEST_RATED:
        return Reference(len(scores))
    low, _median, high = statistics.quantiles(scores, n=4, method="inclusive")
    return Reference(len(scores), low, high)
