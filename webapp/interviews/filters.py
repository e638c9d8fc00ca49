"""What a list of interviews shows: read from an address, put into a query, written back into an address."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.core.zones import day_said, reader_zone
from webapp.interviews.models import Interview, InterviewState, Invitation, Outcome, Progress
from webapp.organisations.access import Right, allowed
from webapp.positions.models import Position, ReviewState
from webapp.positions.operations import at_teams

#: Which interviews somebody has already scored, or said to go without. Reviews know interviews, not the other way
#: round, so they say: a function of the person's id.
_scored_by: list[Any] = []


def scored_when(condition: Any) -> None:
    """Say by which condition on Interview's row, for a user's id, that person has scored it; the last word counts."""
    _scored_by[:] = [condition]


class Status(enum.StrEnum):
    """How far an invitation has come."""

    INVITED = "invited"
    IN_PROGRESS = "in progress"
    ANALYSING = "being analysed"
    READY = "ready"
    EXPIRED = "expired"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Filters:
    """Each None or empty where it is not asked for. Nothing that a model said is among them."""

    status: Status | None = None
    position: str | None = None
    team: str | None = None
    #: A state of review, or the id of a position's own stage.
    stage: str | None = None
    outcome: Outcome | None = None
    #: "me": what the person has still to score.
    waits: str | None = None
    #: Submitted on this day (in the reader's zone) or later, and on that day or earlier.
    since: date | None = None
    until: date | None = None
    q: str = ""

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Filters:
        """From an address; what makes no sense is left out."""
        return cls(
            status=_enum(Status, args.get("status")),
            position=args.get("position", "")[:32] or None,
            team=args.get("team", "")[:32] or None,
            stage=args.get("stage", "")[:32] or None,
            outcome=_enum(Outcome, args.get("outcome")),
            waits="me" if args.get("waits") == "me" else None,
            since=day_said(args.get("since")),
            until=day_said(args.get("until")),
            q=args.get("q", "").strip()[:120],
        )

    def address(self) -> dict[str, str]:
        """What an address says about them."""
        found = {}
        for each in fields(self):
            if value := getattr(self, each.name):
                found[each.name] = value.isoformat() if isinstance(value, date) else str(value)
        return found

    @property
    def query(self) -> str:
        """The same, as the query of an address."""
        return urlencode(self.address())

    def but(self, **values: Any) -> Filters:
        """The same filters with other ``values``."""
        return replace(self, **values)

    @property
    def narrow(self) -> bool:
        """Whether anything but the status is asked for."""
        return bool(self.but(status=None).address())

    @property
    def by_place(self) -> bool:
        """Whether what is asked for beside the status stands in an invitation's own row, indexed: position, team, and
        what was decided."""
        decided = {"stage": None} if self.stage == ReviewState.DECIDED else {}
        return self.narrow and not self.but(status=None, position=None, team=None, outcome=None, **decided).address()

    @property
    def undecided(self) -> bool:
        """Whether what is asked for was submitted, and nobody has decided on it."""
        return self.waits is not None or self.stage in (ReviewState.TO_REVIEW, ReviewState.IN_REVIEW)

    def apply(self, query: sa.Select, user: User) -> sa.Select:
        """Narrow a query over Invitation, outer joined with Interview, by everything but the status. With ``by_place``
        it may be over Invitation alone."""
        if self.position:
            query = query.where(Invitation.position_id == self.position)
        if self.team:
            query = query.where(Invitation.position_id.in_(sa.select(Position.id).where(Position.team_id == self.team)))
        if self.stage:
            query = query.where(*_at(self.stage))
        if self.outcome:
            query = query.where(Invitation.outcome == self.outcome)
        if self.waits:
            query = query.where(waits_for(user))
        zone = reader_zone()
        if self.since:
            query = query.where(Interview.submitted_at >= datetime.combine(self.since, time(), zone))
        if self.until:
            query = query.where(Interview.submitted_at < datetime.combine(self.until + timedelta(days=1), time(), zone))
        return query.where(_found_by(self.q, user)) if self.q else query


def _at(stage: str) -> list[sa.ColumnElement[bool]]:
    """Whether an interview was submitted and is in a state of review, or at a position's own stage."""
    state = _enum(ReviewState, stage)
    if state is ReviewState.DECIDED:
        return [Invitation.progress == Progress.DECIDED]
    place = Interview.review_state == state if state else Interview.stage_id == stage
    return [Interview.state == InterviewState.SUBMITTED, place]


def waits_for(user: User) -> sa.ColumnElement[bool]:
    """Whether an interview was submitted, is not decided, and waits for ``user``'s scorecard."""
    scored = [sa.not_(condition(user.id)) for condition in _scored_by]
    return sa.and_(
        Interview.state == InterviewState.SUBMITTED,
        Interview.review_state != ReviewState.DECIDED,
        _over_it(user, Right.REVIEW),
        *scored,
    )


def managed_by(user: User) -> sa.ColumnElement[bool]:
    """Whether ``user`` may invite and extend where an invitation belongs."""
    return _over_it(user, Right.MANAGE)


def _over_it(user: User, right: Right) -> sa.ColumnElement[bool]:
    return allowed(
        user,
        right,
        within=partial(at_teams, Invitation.position_id),
        organisation=Invitation.organisation_id,
        created_by=Invitation.created_by_id,
    )


def _found_by(search: str, user: User) -> sa.ColumnElement[bool]:
    """Whether a name or an address has ``search`` in it. Names that are hidden in blind review are not found by."""
    # SQLite folds the case of ASCII alone; these forms find “Élodie” by “élodie” there too. PostgreSQL folds all.
    is_sqlite = db.engine.dialect.name == "sqlite"
    forms = sorted({search, search.lower(), search.upper(), search.title()}) if is_sqlite else [search]
    columns = (Invitation.name, Invitation.email)
    found = sa.or_(*(column.icontains(form, autoescape=True) for column in columns for form in forms))
    blind = sa.select(Position.id).where(Position.blind_review)
    return sa.and_(found, sa.or_(Invitation.position_id.not_in(blind), _over_it(user, Right.MANAGE)))


def _enum(kind: type[Any], value: str | None) -> Any:
    try:
        return kind(value or "")
    except ValueError:
        return None
