"""What reviewers can do: rate, submit, skip, take up again, confirm or strike a point. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from flask import current_app
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from ml.content.points import points_of
from webapp.accounts.models import User
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.once import asked_once
from webapp.interviews import pipeline
from webapp.interviews.models import Answer, Interview, InterviewState
from webapp.policy import Mode
from webapp.questions.guide import WHOLE
from webapp.reviews import scoring
from webapp.reviews.models import PointVerdict, Rating, Scorecard, ScorecardState, Verdict

LONGEST_NOTE = 5_000  # characters
SCORES = range(1, 6)


class ReviewError(ValueError):
    """This cannot be done; the message is for the person."""


@dataclass(frozen=True)
class Given:
    """What a reviewer gave to one question: ``score`` 1..5 or None, and a note.

    Where its guide has competencies, ``scores`` has theirs by key; None as the note leaves that as it is.
    """

    score: int | None
    note: str | None = ""
    scores: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def by_competency(self) -> Mapping[str, int | None]:
        """The scores by key, whether there is one for the whole answer or one a competency."""
        return self.scores or {WHOLE: self.score}


@asked_once(Scorecard, rows=True)
def _cards_of(interview_id: str) -> tuple[Scorecard, ...]:
    """Every version of everybody's scorecard with its ratings, the first versions first."""
    query = (
        sa.select(Scorecard)
        .where(Scorecard.interview_id == interview_id)
        .options(joinedload(Scorecard.reviewer), joinedload(Scorecard.ratings))
        .order_by(Scorecard.version)
    )
    return tuple(db.session.scalars(query).unique())


def latest(interview: Interview, reviewer: User) -> Scorecard | None:
    """The newest version of a reviewer's scorecard."""
    return next((card for card in reversed(_cards_of(interview.id)) if card.reviewer_id == reviewer.id), None)


def submitted_by(reviewer: User) -> sa.Select[str]:
    """The ids of the interviews of which ``reviewer`` has submitted a scorecard."""
    return sa.select(Scorecard.interview_id).where(
        Scorecard.reviewer_id == reviewer.id, Scorecard.state == ScorecardState.SUBMITTED
    )


def has_reviewed(interview: Interview, reviewer: User) -> bool:
    """Whether the reviewer has submitted a scorecard of this interview, in any version, or said to go without one."""
    own = (card for card in _cards_of(interview.id) if card.reviewer_id == reviewer.id)
    return any(card.state is not ScorecardState.DRAFT for card in own)


def submitted(interview: Interview) -> list[Scorecard]:
    """The newest submitted version of everybody's scorecard, in the order in which they came."""
    closed = (card for card in _cards_of(interview.id) if card.state is ScorecardState.SUBMITTED)
    newest = {card.reviewer_id: card for card in closed}
    return sorted(newest.values(), key=lambda card: cast(datetime, card.closed_at))


def save(interview: Interview, reviewer: User, given: Mapping[str, Given], summary: str | None) -> Scorecard:
    """Keep ``given`` (by question id) in the reviewer's draft; begins one where there is none.

    What is not in ``given``, and a ``summary`` of None, stays as it is. Raises ReviewError where the interview cannot
    be reviewed, a score is off the scale, a note is too long, or the newest version was submitted already:
    ``take_up`` begins the next.
    """
    check_open(interview)
    card = latest(interview, reviewer)
    if card is not None and card.state is ScorecardState.SUBMITTED:
        raise ReviewError(_("Your scorecard is submitted. To change it, create a new version."))
    if card is None or card.state is ScorecardState.SKIPPED:
        card = _begin(interview, reviewer, card)
    questions = {question.id: question for question in interview.questions}
    if not given.keys() <= questions.keys():
        raise ReviewError(_("That question is not part of this interview."))
    texts = [summary or "", *(each.note or "" for each in given.values())]
    if any(len(text) > LONGEST_NOTE for text in texts):
        raise ReviewError(
            _("A note is too long: at most %(longest_note)s characters.", longest_note=format_decimal(LONGEST_NOTE))
        )
    scores = [score for each in given.values() for score in each.by_competency.values()]
    if any(score is not None and score not in SCORES for score in scores):
        raise ReviewError(_("A score is between 1 and 5."))
    for question_id, each in given.items():
        try:
            scoring.put(card, questions[question_id], each.by_competency, each.note)
        except KeyError:
            raise ReviewError(_("The scoring guide of this question has no such competency.")) from None
    if summary is not None:
        card.summary = summary.strip()
    try:
        db.session.flush()
    except sa.exc.IntegrityError:  # the same field was saved for the first time from two places at once
        db.session.rollback()
        raise ReviewError(_("Your scorecard was opened twice at the same time. Reload the page.")) from None
    return card


def submit(card: Scorecard, hidden: Collection[str] = ()) -> None:
    """Close a draft for good. Raises ReviewError where it is none, or a question has neither score nor note.

    A question whose recording was withdrawn needs neither, nor do those whose ids are ``hidden`` from the reviewer.
    """
    if card.state is not ScorecardState.DRAFT:
        raise ReviewError(_("This scorecard has already been submitted."))
    missing = [each.position for each in scoring.missing(card, card.interview) if each.id not in hidden]
    if missing:
        numbers = ", ".join(map(str, missing))
        raise ReviewError(
            ngettext(
                "Question %(numbers)s: give a score, or explain in the note why you cannot.",
                "Questions %(numbers)s: give a score, or explain in the note why you cannot.",
                len(missing),
                numbers=numbers,
            )
        )
    card.state, card.closed_at = ScorecardState.SUBMITTED, now()
    db.session.flush()
    events.send(events.scorecard_submitted, interview_id=card.interview_id, scorecard_id=card.id)
    _log("Scorecard", card.id, "submitted", card.reviewer)


def skip(interview: Interview, reviewer: User) -> Scorecard:
    """Go without a scorecard: the readings open, and everybody sees that this was chosen.

    A second time, and after submitting, changes nothing.
    """
    check_open(interview)
    card = latest(interview, reviewer)
    if card is not None and card.state is not ScorecardState.DRAFT:
        return card
    if card is None:
        card = _begin(interview, reviewer, None)
    card.state, card.closed_at = ScorecardState.SKIPPED, now()
    db.session.flush()
    _log("Scorecard", card.id, "skipped", reviewer)
    return card


def take_up(interview: Interview, reviewer: User) -> Scorecard:
    """Begin the next version of a submitted scorecard with what it says; the old one is kept.

    Raises ReviewError where there is nothing submitted.
    """
    check_open(interview)
    card = latest(interview, reviewer)
    if card is not None and card.state is ScorecardState.DRAFT:
        return card
    if card is None or card.state is not ScorecardState.SUBMITTED:
        raise ReviewError(_("There is no submitted scorecard to change."))
    return _begin(interview, reviewer, card)


def give_verdict(answer: Answer, point: str, verdict: Verdict, *, was_found: bool, by: User) -> PointVerdict:
    """Confirm or strike a rubric point of an answer. Raises ReviewError where the rubric has no such point."""
    check_open(answer.interview)
    if point not in points_of(answer.question.rubric):
        raise ReviewError(_("The scoring guide of this question has no such point."))
    row = PointVerdict(answer=answer, point=point, verdict=verdict, was_found=was_found, by_id=by.id)
    db.session.add(row)
    db.session.flush()
    _log("Point of answer", answer.id, verdict.value, by)
    return row


def verdicts_of(interview: Interview) -> dict[tuple[str, str], list[PointVerdict]]:
    """By answer id and point, each person's latest verdict, in the order in which they were given."""
    return _verdicts_of(interview.id)


@asked_once(PointVerdict)
def _verdicts_of(interview_id: str) -> dict[tuple[str, str], list[PointVerdict]]:
    query = (
        sa.select(PointVerdict)
        .join(Answer, PointVerdict.answer_id == Answer.id)
        .where(Answer.interview_id == interview_id)
        .order_by(PointVerdict.given_at, PointVerdict.id)
    )
    found: dict[tuple[str, str], dict[str, PointVerdict]] = {}
    for row in db.session.scalars(query):
        found.setdefault((row.answer_id, row.point), {})[row.by_id] = row
    return {key: list(rows.values()) for key, rows in found.items()}


def _begin(interview: Interview, reviewer: User, last: Scorecard | None) -> Scorecard:
    """The next version, with the last one's ratings. Two clicks at once make one of them fail, politely."""
    card = Scorecard(
        interview=interview,
        reviewer_id=reviewer.id,
        version=last.version + 1 if last else 1,
        summary=last.summary if last else "",
        state=ScorecardState.DRAFT,
        after_readings=last is not None,
    )
    if last is not None:
        card.ratings = [
            Rating(question_id=each.question_id, competency=each.competency, score=each.score, note=each.note)
            for each in last.ratings
        ]
    try:
        with db.session.begin_nested():
            db.session.add(card)
    except sa.exc.IntegrityError:
        raise ReviewError(_("Your scorecard was opened twice at the same time. Reload the page.")) from None
    pipeline.begin_review(interview, by=reviewer)
    return card


def check_open(interview: Interview) -> None:
    """Raises ReviewError for an interview that people do not review, or not yet."""
    if interview.mode is not Mode.ASSESSMENT:
        raise ReviewError(_("A practice interview belongs to its candidate. No one reviews it."))
    if interview.state is not InterviewState.SUBMITTED:
        raise ReviewError(_("The candidate has not submitted this interview yet."))


def _log(what: str, thing_id: str, verb: str, by: User) -> None:
    current_app.logger.info("%s %s %s by %s", what, thing_id, verb, by.id)
