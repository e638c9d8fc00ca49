"""Counting: who was chosen and who was scored above the median, by sex, by ethnicity and by both.

Only numbers leave this module, and none of a group of fewer than five people beside its n.
"""

from __future__ import annotations

import math
import statistics as plain
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.fairness.categories import Ethnicity, Sex
from webapp.fairness.models import SelfIdentification
from webapp.fairness.sealing import opened, token_of
from webapp.fairness.statistics import Rate, Row, compare
from webapp.interviews.models import Interview, InterviewState, Outcome, StageMove
from webapp.policy import Mode
from webapp.positions.models import Position
from webapp.reviews.models import Rating, Scorecard, ScorecardState

#: Version of ``body``.
SCHEMA = 1
Group = tuple[Sex, Ethnicity]


@dataclass(frozen=True)
class Person:
    """One interview, without a name: what its candidate said, and what became of it."""

    interview_id: str
    group: Group | None
    advanced: bool
    reviewed: bool
    stages: frozenset[str]


def body(organisation_id: str, since: date, until: date) -> dict[str, Any]:
    """All tables as JSON: ``{"schema", "people", "unsaid", "sections": [{"kind", "name", "groups"}]}``; ``groups`` has
    ``sex``, ``ethnicity`` and ``both``, each category → a row of ``row_json``."""
    people = list(_people(organisation_id, since, until))
    scores = _scores([person.interview_id for person in people])
    sections = [_section("advanced", "", [(each.group, each.advanced) for each in people])]
    sections.append(_section("reviewed", "", [(each.group, each.reviewed) for each in people]))
    for name in sorted({stage for each in people for stage in each.stages}):
        sections.append(_section("stage", name, [(each.group, name in each.stages) for each in people]))
    groups = {each.interview_id: each.group for each in people}
    sections.append(_scored("scored", "", groups, _means(scores)))
    for reviewer, name in _reviewers(scores):
        sections.append(_scored("reviewer", name, groups, _means(scores, reviewer)))
    unsaid = sum(each.group is None for each in people)
    return {"schema": SCHEMA, "people": len(people), "unsaid": unsaid, "sections": sections}


def _people(organisation_id: str, since: date, until: date, place: str = "") -> Iterable[Person]:
    """Everybody who handed in an assessment in that time."""
    begin = datetime.combine(since, time(), UTC)
    end = datetime.combine(until + timedelta(days=1), time(), UTC)
    query = sa.select(Interview.id, Interview.outcome).where(
        Interview.organisation_id == organisation_id,
        Interview.mode == Mode.ASSESSMENT,
        Interview.state == InterviewState.SUBMITTED,
        Interview.submitted_at >= begin,
        Interview.submitted_at < end,
    )
    if place:
        query = query.join(Position, Position.id == Interview.position_id).where(Position.region == place)
    rows = db.session.execute(query).all()
    ids = [row.id for row in rows]
    tokens = {token_of(each): each for each in ids}
    groups = {tokens[row.token]: _group(row) for row in db.session.scalars(sa.select(SelfIdentification))
              if row.token in tokens}  # fmt: skip
    reviewed = set(db.session.scalars(
        sa.select(Scorecard.interview_id)
        .where(Scorecard.interview_id.in_(ids), Scorecard.state == ScorecardState.SUBMITTED)
    ))  # fmt: skip
    stages: dict[str, set[str]] = defaultdict(set)
    for interview_id, after in db.session.execute(
        sa.select(StageMove.interview_id, StageMove.after).where(StageMove.interview_id.in_(ids))
    ):
        stages[interview_id].add(after)
    for row in rows:
        yield Person(row.id, groups.get(row.id), row.outcome is Outcome.ADVANCE, row.id in reviewed,
                     frozenset(stages[row.id]))  # fmt: skip


def _group(row: SelfIdentification) -> Group | None:
    try:
        return opened(row.token, row.nonce, row.sealed)
    except (IndexError, ValueError):  # sealed with a key that is lost
        return None


def _scores(ids: list[str]) -> dict[tuple[str, str], float]:
    """(interview, reviewer) → the mean of their ratings; the newest version of each scorecard."""
    query = (
        sa.select(Scorecard.interview_id, Scorecard.reviewer_id, Scorecard.version, sa.func.avg(Rating.score))
        .join(Rating, Rating.scorecard_id == Scorecard.id)
        .where(Scorecard.interview_id.in_(ids), Scorecard.state == ScorecardState.SUBMITTED, Rating.score.is_not(None))
        .group_by(Scorecard.interview_id, Scorecard.reviewer_id, Scorecard.version)
        .order_by(Scorecard.version)
    )
    return {(interview, reviewer): float(mean) for interview, reviewer, _version, mean in db.session.execute(query)}


def _means(scores: Mapping[tuple[str, str], float], reviewer: str = "") -> dict[str, float]:
    found: dict[str, list[float]] = defaultdict(list)
    for (interview, who), score in scores.items():
        if not reviewer or who == reviewer:
            found[interview].append(score)
    return {interview: plain.fmean(each) for interview, each in found.items()}


def _reviewers(scores: Mapping[tuple[str, str], float]) -> list[tuple[str, str]]:
    ids = sorted({who for _interview, who in scores})
    rows = db.session.execute(sa.select(User.id, User.name).where(User.id.in_(ids)).order_by(User.name, User.id))
    return [(row.id, row.name) for row in rows]


def _scored(kind: str, name: str, groups: Mapping[str, Group | None], means: Mapping[str, float]) -> dict[str, Any]:
    """Who got a score above the median of all."""
    median = plain.median(means.values()) if means else math.nan
    return _section(kind, name, [(groups.get(key), mean > median) for key, mean in means.items()])


def _section(kind: str, name: str, people: list[tuple[Group | None, bool]]) -> dict[str, Any]:
    known = [(group, chosen) for group, chosen in people if group is not None]
    sexes = [(group[0].value, chosen) for group, chosen in known if group[0] is not Sex.UNSAID]
    ethnicities = [(group[1].value, chosen) for group, chosen in known if group[1] is not Ethnicity.UNSAID]
    both = [(f"{group[0].value} {group[1].value}", chosen) for group, chosen in known
            if group[0] is not Sex.UNSAID and group[1] is not Ethnicity.UNSAID]  # fmt: skip
    return {
        "kind": kind,
        "name": name,
        "n": len(people),
        "groups": {key: _table(rows) for key, rows in (("sex", sexes), ("ethnicity", ethnicities), ("both", both))},
        "unknown": {"sex": len(people) - len(sexes), "ethnicity": len(people) - len(ethnicities),
                    "both": len(people) - len(both)},
    }  # fmt: skip


def _table(rows: Iterable[tuple[str, bool]]) -> dict[str, dict[str, Any]]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for category, chosen in rows:
        counts[category][0] += chosen
        counts[category][1] += 1
    return {key: row_json(row) for key, row in compare({key: Rate(*counts[key]) for key in sorted(counts)}).items()}


def row_json(row: Row) -> dict[str, Any]:
    """A row as it is kept; of too few people the n alone. Infinity is null."""
    if not row.rate.is_enough:
        return {"n": row.rate.n}
    bounds = [None if math.isinf(each) else each for each in row.interval] if row.interval else None
    return {
        "n": row.rate.n,
        "chosen": row.rate.chosen,
        "rate": row.rate.value,
        "rate_interval": list(row.rate.interval),
        "ratio": row.ratio,
        "ratio_interval": bounds,
        "chance": row.chance,
        "reference": row.is_reference,
        "small": row.is_small,
    }


def illinois(organisation_id: str, year: int) -> list[tuple[str, int, int, int]]:
    """Ethnicity, applicants, those who went on after the analysis and those who did not, for positions in Illinois in a
    year: what 820 ILCS 42/20 asks to be reported, as counts."""
    counts: dict[str, list[int]] = {each.value: [0, 0] for each in Ethnicity}
    for person in _people(organisation_id, date(year, 1, 1), date(year, 12, 31), "US-IL"):
        key = person.group[1].value if person.group else Ethnicity.UNSAID.value
        counts[key][person.advanced] += 1
    return [(key, no + yes, yes, no) for key, (no, yes) in counts.items()]
