"""How a reviewer scores against agreed scores: severity, and how it drifts. Nothing here commits.

One workshop changes little; gold answers that are scored again and again do (Kobak 2009: ICC .93 against .55). What
comes of it is for the reviewer and their lead alone, and never a measure of a candidate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from scipy.special import stdtrit
from sqlalchemy.orm import aliased, joinedload

from webapp.accounts.models import Role, User
from webapp.core.database import db, now
from webapp.interviews.access import may_review
from webapp.interviews.models import Interview, InterviewState
from webapp.organisations.access import places_of as places_of_user
from webapp.organisations.models import Membership, Team, TeamRole
from webapp.questions.guide import guide_of
from webapp.questions.models import Question
from webapp.reviews import operations
from webapp.reviews.calibration_models import CalibrationCard, GoldInterview
from webapp.reviews.models import ScorecardState
from webapp.reviews.operations import SCORES, ReviewError

#: How often a reviewer is asked to score a gold interview.
EVERY = timedelta(days=60)
#: Fewer scores than this say nothing of severity.
FEWEST = 5
#: Rounds that severity is told from, the newest first.
RECENT = 6


def place_of(question: Question, competency: str) -> str:
    """The key of one competency of one answer in a row's scores."""
    return f"{question.id} {competency}"


def places_of(interview: Interview) -> list[tuple[Question, str]]:
    """Everything that is scored in an interview, in order: only what was answered."""
    given = {answer.question_id for answer in interview.answers if answer.is_given}
    questions = [question for question in interview.questions if question.id in given]
    return [(question, key) for question in questions for key in guide_of(question).keys]


#: Whom somebody leads by their role in a team: people of that team with these roles.
LEADS: Mapping[TeamRole, frozenset[TeamRole]] = {
    TeamRole.OWNER: frozenset(TeamRole),
    TeamRole.HIRING_MANAGER: frozenset({TeamRole.RECRUITER, TeamRole.REVIEWER, TeamRole.OBSERVER}),
}


def led_by(viewer: User) -> set[str]:
    """The ids of those whom ``viewer`` leads, and of whom they may see how they score: the people of the teams that
    they own, and the others of those in which they are the hiring manager. An admin as such leads nobody."""
    if not viewer.is_active or not viewer.role.is_staff:
        return set()
    mine, theirs = aliased(Membership), aliased(Membership)
    leads = [sa.and_(mine.role == role, theirs.role.in_(led)) for role, led in LEADS.items()]
    query = (
        sa.select(theirs.user_id)
        .join(mine, mine.team_id == theirs.team_id)
        .join(Team, Team.id == mine.team_id)
        .where(mine.user_id == viewer.id, theirs.user_id != viewer.id, Team.organisation_id == viewer.organisation_id)
        .where(sa.or_(*leads))
    )
    return set(db.session.scalars(query))


def is_lead_of(viewer: User, reviewer: User) -> bool:
    """Whether ``viewer`` leads ``reviewer``."""
    return viewer.organisation_id == reviewer.organisation_id and reviewer.id in led_by(viewer)


def may_choose(user: User, interview: Interview) -> bool:
    """Whether ``user`` chooses interviews of this position to calibrate with: those who lead its team, and admins."""
    if interview.position is None or not may_review(user, interview):
        return False
    place = places_of_user(user).get(interview.position.team_id)
    return user.role is Role.ADMIN or (place is not None and place.role in LEADS)


def may_see(viewer: User, reviewer: User) -> bool:
    """A reviewer sees their own calibration, and their lead does; nobody else."""
    return viewer.id == reviewer.id or is_lead_of(viewer, reviewer)


def make_gold(interview: Interview, *, by: User) -> GoldInterview:
    """Make an interview one to calibrate with; ``by``'s own submitted scorecard is the reference.

    A second time the reference is replaced. Raises ReviewError for all but leads, and without a complete scorecard.
    """
    if not may_choose(by, interview):
        raise ReviewError(_("Only a lead chooses the interviews for calibration."))
    cards = [card for card in operations.submitted(interview) if card.reviewer_id == by.id]
    ratings = {(r.question_id, r.competency): r.score for card in cards for r in card.ratings}
    scores = {place_of(q, key): ratings.get((q.id, key)) for q, key in places_of(interview)}
    if not scores or None in scores.values():
        raise ReviewError(_("Submit a scorecard with a score for every competency first: it becomes the reference."))
    agreed = {place: score for place, score in scores.items() if score is not None}
    row = db.session.scalar(sa.select(GoldInterview).where(GoldInterview.interview_id == interview.id))
    if row is None:
        row = GoldInterview(interview=interview, scores=agreed, made_by_id=by.id)
        db.session.add(row)
    row.scores, row.made_by_id, row.retired_at = agreed, by.id, None
    db.session.flush()
    return row


def retire(row: GoldInterview, *, by: User) -> None:
    """Ask nobody to score it any more; what was scored stays. Raises ReviewError for all but leads."""
    if not may_choose(by, row.interview):
        raise ReviewError(_("Only a lead chooses the interviews for calibration."))
    row.retired_at = now()
    db.session.flush()


def golds() -> list[GoldInterview]:
    """The interviews that are scored for calibration, the newest first."""
    query = (
        sa.select(GoldInterview)
        .join(GoldInterview.interview)  # which knows its organisation
        .where(GoldInterview.retired_at.is_(None))
        .options(joinedload(GoldInterview.interview))
    )
    return list(db.session.scalars(query.order_by(GoldInterview.made_at.desc())))


def due(reviewer: User) -> GoldInterview | None:
    """The gold interview that ``reviewer`` should score now: none within EVERY of the last one.

    Of those that they may review and have not reviewed in earnest, one that they never scored comes first, then the one
    that they scored longest ago.
    """
    cards = cards_of(reviewer)
    if cards and cards[-1].submitted_at > now() - EVERY:
        return None
    last = {card.gold_id: card.submitted_at for card in cards}
    open_to = [row for row in golds() if may_rate(reviewer, row)]
    return min(open_to, key=lambda row: (row.id in last, last.get(row.id, row.made_at)), default=None)


def may_rate(reviewer: User, row: GoldInterview) -> bool:
    """Whether ``reviewer`` may score a gold interview: one that they may review, and whose reference is not theirs."""
    interview = row.interview
    if row.retired_at is not None or interview.state is not InterviewState.SUBMITTED or row.made_by_id == reviewer.id:
        return False
    mine = operations.latest(interview, reviewer)
    reviewed = mine is not None and mine.state is not ScorecardState.DRAFT
    return may_review(reviewer, interview) and not reviewed


def submit(row: GoldInterview, reviewer: User, scores: Mapping[str, int]) -> CalibrationCard:
    """Keep what ``reviewer`` gave a gold interview.

    Raises ReviewError where they may not, a score is missing or off the scale, or there is one for what is not scored.
    """
    if not may_rate(reviewer, row):
        raise ReviewError(_("This interview is not open to you for calibration."))
    if scores.keys() != row.scores.keys():
        raise ReviewError(_("Give every competency a score first."))
    if any(score not in SCORES for score in scores.values()):
        raise ReviewError(_("A score is between 1 and 5."))
    earlier = [card for card in cards_of(reviewer) if card.gold_id == row.id]
    card = CalibrationCard(
        gold=row, reviewer_id=reviewer.id, round=len(earlier) + 1, scores=dict(scores), reference=dict(row.scores)
    )
    try:
        with db.session.begin_nested():
            db.session.add(card)
    except sa.exc.IntegrityError:
        raise ReviewError(_("This was sent twice; the first counts.")) from None
    return card


def cards_of(reviewer: User) -> list[CalibrationCard]:
    """What a reviewer has scored for calibration, the oldest first."""
    query = sa.select(CalibrationCard).where(CalibrationCard.reviewer_id == reviewer.id)
    return list(db.session.scalars(query.order_by(CalibrationCard.submitted_at, CalibrationCard.id)))


@dataclass(frozen=True)
class Mean:
    """A mean of differences in points with its 95 % interval, from ``n`` scores."""

    value: float
    low: float
    high: float
    n: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out nought."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Result:
    """How a reviewer scores. ``severity``: below nought they are stricter than the reference, above more lenient;
    ``apart``: how far a score is from it on average; ``drift``: the last round's severity less that of those before.
    None: not enough data."""

    cards: list[CalibrationCard]
    severity: Mean | None
    apart: float | None
    drift: Mean | None
    rounds: list[Mean]


def result_of(reviewer: User) -> Result:
    """How ``reviewer`` scores against the references of their rounds."""
    cards = cards_of(reviewer)[-RECENT:]
    by_round = [differences(card) for card in cards]
    together = [each for one in by_round for each in one]
    return Result(
        cards,
        mean(together) if len(together) >= FEWEST else None,
        sum(map(abs, together)) / len(together) if len(together) >= FEWEST else None,
        _drift(by_round),
        [mean(one) for one in by_round],
    )


def differences(card: CalibrationCard) -> list[int]:
    """Score less reference, for everything that was scored in a round."""
    return [score - card.reference[place] for place, score in card.scores.items() if place in card.reference]


def mean(values: Sequence[float]) -> Mean:
    """The mean of ``values`` with Student's interval; from one value alone it is as wide as the scale."""
    n = len(values)
    middle = sum(values) / n if n else 0.0
    if n < 2:
        return Mean(middle, -4.0, 4.0, n)
    half = float(stdtrit(n - 1, 0.975)) * _error(values)
    return Mean(middle, middle - half, middle + half, n)


def _error(values: Sequence[float]) -> float:
    middle = sum(values) / len(values)
    return math.sqrt(sum((value - middle) ** 2 for value in values) / (len(values) - 1) / len(values))


def _drift(by_round: Sequence[Sequence[float]]) -> Mean | None:
    """The last round against those before it (Welch 1947); None from too few scores on either side."""
    if len(by_round) < 2:
        return None
    last, before = by_round[-1], [each for one in by_round[:-1] for each in one]
    if len(last) < FEWEST or len(before) < FEWEST:
        return None
    difference = sum(last) / len(last) - sum(before) / len(before)
    a, b = _error(last) ** 2, _error(before) ** 2
    if a + b <= 0:
        return Mean(difference, difference, difference, len(last) + len(before))
    freedom = (a + b) ** 2 / (a**2 / (len(last) - 1) + b**2 / (len(before) - 1))
    half = float(stdtrit(freedom, 0.975)) * math.sqrt(a + b)
    return Mean(difference, difference - half, difference + half, len(last) + len(before))
