"""How far reviewers agree, by competency: the spread within an interview, and correlations over all of a position."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from ml.core.agreement import Agreement, one_way, two_way
from webapp.accounts.models import User
from webapp.core.database import db
from webapp.interviews.models import Interview
from webapp.interviews.operations import interviews_of
from webapp.questions.guide import guide_of
from webapp.reviews.models import Rating, Scorecard, ScorecardState

#: Interviews of a position that are looked at, the newest first: older ones say little about how people rate today.
MOST_INTERVIEWS = 200
#: Scores that are this far apart are worth talking about.
APART = 2


@dataclass(frozen=True)
class Spread:
    """The scores of one competency of one answer: lowest, highest, and from how many reviewers."""

    low: int
    high: int
    n: int

    @property
    def apart(self) -> bool:
        """Whether the reviewers should talk about it."""
        return self.high - self.low >= APART


def spread(scores: Iterable[int | None]) -> Spread | None:
    """The spread of ``scores`` (1..5); None where fewer than two reviewers gave one."""
    known = [score for score in scores if score is not None]
    return Spread(min(known), max(known), len(known)) if len(known) > 1 else None


def of_scorecards(interview: Interview, cards: Sequence[Scorecard]) -> Agreement | None:
    """How far the reviewers of one interview agree over all that every one of them scored; None: not enough."""
    if len(cards) < 2:
        return None
    matrix = []
    for question in interview.questions:
        for key in guide_of(question).keys:
            ratings = [card.rating_of(question, key) for card in cards]
            scores = [rating.score for rating in ratings if rating is not None and rating.score is not None]
            if len(scores) == len(cards):
                matrix.append(scores)
    return two_way(matrix)


@dataclass(frozen=True)
class CompetencyAgreement:
    """How far reviewers of a position agree on one competency, over ``interviews`` with two scorecards and more."""

    name: str
    interviews: int
    #: The mean of the highest less the lowest score, in points.
    apart: float
    agreement: Agreement | None


def of_position(position_id: str, viewer: User) -> list[CompetencyAgreement]:
    """Per competency, by name, how far reviewers agree over the interviews of a position that ``viewer`` may review."""
    scored: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for card in _newest_cards(position_id, viewer):
        for rating in card.ratings:
            if rating.score is None:
                continue
            guide = guide_of(rating.question)
            name = next((one.name for one in guide.competencies if one.key == rating.competency), None)
            if name is not None:
                # An interview may score one competency in several answers: each answer is a target of its own.
                scored[name][f"{card.interview_id} {rating.question_id}"].append(rating.score)
    found = []
    for name, targets in sorted(scored.items()):
        rows = [row for row in targets.values() if len(row) > 1]
        if rows:
            apart = sum(max(row) - min(row) for row in rows) / len(rows)
            found.append(CompetencyAgreement(name, len(rows), apart, one_way(rows)))
    return found


def _newest_cards(position_id: str, viewer: User) -> list[Scorecard]:
    """Each reviewer's newest submitted scorecard of the newest interviews with two reviewers and more."""
    several = (
        sa.select(Scorecard.interview_id)
        .where(Scorecard.state == ScorecardState.SUBMITTED)
        .group_by(Scorecard.interview_id)
        .having(sa.func.count(Scorecard.reviewer_id.distinct()) > 1)
    )
    chosen = (
        interviews_of(viewer)
        .where(Interview.position_id == position_id, Interview.id.in_(several))
        .order_by(Interview.submitted_at.desc())
        .limit(MOST_INTERVIEWS)
        .with_only_columns(Interview.id)
    )
    ids = list(db.session.scalars(chosen))
    query = (
        sa.select(Scorecard)
        .where(Scorecard.interview_id.in_(ids), Scorecard.state == ScorecardState.SUBMITTED)
        .order_by(Scorecard.version)
        .options(selectinload(Scorecard.ratings).joinedload(Rating.question))
    )
    return list({(card.interview_id, card.reviewer_id): card for card in db.session.scalars(query)}.values())
