"""Who may review, and what a reviewer may see before their own scorecard is in.

Whoever has read a machine's opinion, or a colleague's, hears the answers in its light (anchoring); of all ways to
select people, structured ratings made independently have the best evidence behind them. So readings and other people's
scorecards of an interview stay out of sight until the reviewer has submitted a scorecard, or has said to go without.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort, current_app
from flask_login import current_user
from sqlalchemy.orm import InstrumentedAttribute

from ml.core.agreement import Agreement
from webapp.accounts.models import User
from webapp.core.database import db
from webapp.interviews.access import may_review
from webapp.interviews.models import Interview, InterviewState
from webapp.policy import Mode
from webapp.questions.guide import Competency, guide_of
from webapp.questions.models import Question
from webapp.reviews import agreement, operations
from webapp.reviews.models import Decision, PointVerdict, Scorecard, ScorecardState
from webapp.reviews.scoring import note_of


@dataclass(frozen=True)
class Review:
    """What people said of an interview, as one of them may see it. ``open``: readings and others' scorecards show."""

    open: bool
    mine: Scorecard | None
    scorecards: list[Scorecard]
    skipped: bool
    decisions: list[Decision]
    verdicts: dict[tuple[str, str], list[PointVerdict]]

    @property
    def may_decide(self) -> bool:
        """Whether this person has submitted a scorecard."""
        return self.mine is not None and any(card.reviewer_id == self.mine.reviewer_id for card in self.scorecards)

    def rows_of(self, question: Question) -> list[tuple[Competency, list[tuple[Scorecard, int | None]]]]:
        """Per competency of a question what each scorecard gives it."""
        rows = []
        for one in guide_of(question).competencies:
            ratings = [(card, card.rating_of(question, one.key)) for card in self.scorecards]
            rows.append((one, [(card, rating.score if rating else None) for card, rating in ratings]))
        return rows

    @property
    def agreement(self) -> Agreement | None:
        """How far the reviewers agree; None: not enough data."""
        return agreement.of_scorecards(self.scorecards[0].interview, self.scorecards) if self.scorecards else None

    def notes_of(self, question: Question) -> list[tuple[Scorecard, str]]:
        """Per scorecard with a note on a question the note."""
        notes = [(card, note_of(card, question)) for card in self.scorecards]
        return [(card, note) for card, note in notes if note]

    def verdicts_on(self, answer_id: str, point: str) -> list[PointVerdict]:
        """What reviewers say of one point of the scoring guide in one answer."""
        return self.verdicts.get((answer_id, point), [])


def may_see_readings(user: User, interview: Interview) -> bool:
    """Whether readings of ``interview`` may be shown to ``user``, who may read its report, at this moment."""
    if interview.mode is Mode.PRACTICE or not current_app.config.get("BLIND_REVIEW", True):
        return True
    return operations.has_reviewed(interview, user)


def opened_by(user: User, interview_id: sa.ColumnElement[str] | InstrumentedAttribute[str]) -> sa.ColumnElement[bool]:
    """The rule of `may_see_readings` as a condition on a column with ids of assessments, for many at once."""
    if not current_app.config.get("BLIND_REVIEW", True):
        return sa.true()
    return interview_id.in_(operations.reviewed_by(user))


def review_of(interview: Interview, reader: User | None = None) -> Review | None:
    """The review for ``reader``, else the present user; None for practice, and before anything was submitted."""
    if interview.mode is Mode.PRACTICE or interview.state is not InterviewState.SUBMITTED:
        return None
    user = reader or current_user._get_current_object()
    mine = operations.latest(interview, user)
    is_open = may_see_readings(user, interview)
    return Review(
        open=is_open,
        mine=mine,
        scorecards=operations.submitted(interview) if is_open else [],
        skipped=mine is not None and mine.state is ScorecardState.SKIPPED,
        decisions=operations.decisions_of(interview) if is_open else [],
        verdicts=operations.verdicts_of(interview) if is_open else {},
    )


def load_for_review(interview_id: str) -> Interview:
    """The interview if the present user may review it; 404 otherwise, so that ids cannot be probed."""
    interview = db.session.get(Interview, interview_id)
    if interview is None or not may_review(current_user, interview) or interview.state is not InterviewState.SUBMITTED:
        abort(404)
    return interview
