"""What a role in a team allows, of one thing and as a condition of a query. The default is no."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask import g, has_request_context
from flask_login import AnonymousUserMixin
from sqlalchemy.orm import InstrumentedAttribute

from webapp.accounts.models import Role, User
from webapp.core.database import db
from webapp.organisations.models import Membership, Team, TeamRole


class Right(enum.StrEnum):
    """What somebody may do with a team's positions and candidates."""

    #: See positions, candidates, answers and where everything stands.
    VIEW = "view"
    #: Score and comment.
    REVIEW = "review"
    #: Decide, approve decisions, and move candidates.
    DECIDE = "decide"
    #: Let guests review by a link.
    SHARE = "share"
    #: Create and change positions; invite, extend, revoke; attach files.
    MANAGE = "manage"
    #: Say who is in the team and with which role.
    OWN = "own"


RIGHTS: Mapping[TeamRole, frozenset[Right]] = {
    TeamRole.OWNER: frozenset(Right),
    TeamRole.RECRUITER: frozenset(Right) - {Right.OWN},
    TeamRole.HIRING_MANAGER: frozenset({Right.VIEW, Right.REVIEW, Right.DECIDE, Right.SHARE}),
    TeamRole.REVIEWER: frozenset({Right.VIEW, Right.REVIEW}),
    TeamRole.OBSERVER: frozenset({Right.VIEW}),
}


@dataclass(frozen=True)
class Place:
    """Somebody's role in a team, and whether they see there only what they created."""

    role: TeamRole
    own_only: bool

    def allows(self, right: Right, *, is_own: bool) -> bool:
        """Whether this role has ``right`` over something that they created themselves, or somebody else did."""
        return right in RIGHTS[self.role] and (is_own or not self.own_only)


def places_of(user: User) -> dict[str, Place]:
    """By team id, the places of ``user``; asked once in a request."""
    kept: dict[str, dict[str, Place]] = g.setdefault("places", {}) if has_request_context() else {}
    if user.id not in kept:
        rows = db.session.execute(
            sa.select(Membership.team_id, Membership.role, Team.own_only)
            .join(Membership.team)
            .filter_by(organisation_id=user.organisation_id)
            .where(Membership.user_id == user.id)
        )
        kept[user.id] = {
            team_id: Place(role, own_only and role is not TeamRole.OWNER) for team_id, role, own_only in rows
        }
    return kept[user.id]


def forget_places() -> None:
    """Ask anew: memberships have changed in this request."""
    if has_request_context():
        g.pop("places", None)


def may(
    user: User | AnonymousUserMixin, right: Right, *, organisation_id: str | None, team_id: str, created_by_id: str
) -> bool:
    """Whether ``user`` has ``right`` over something of a team: an admin over all of their organisation."""
    if not user.is_authenticated or not user.is_active or not user.role.is_staff:
        return False
    if organisation_id is None or user.organisation_id != organisation_id:
        return False
    if user.role is Role.ADMIN:
        return True
    place = places_of(user).get(team_id)
    return place is not None and place.allows(right, is_own=created_by_id == user.id)


def may_anywhere(user: User, right: Right) -> bool:
    """Whether ``user`` has ``right`` in any team, be it over what they create themselves."""
    if user.role is Role.ADMIN:
        return True
    return user.role.is_staff and any(place.allows(right, is_own=True) for place in places_of(user).values())


def allowed(
    user: User,
    right: Right,
    *,
    within: Callable[[list[str]], sa.ColumnElement[bool]],
    organisation: sa.ColumnElement[str] | InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    created_by: sa.ColumnElement[str] | InstrumentedAttribute[str],
) -> sa.ColumnElement[bool]:
    """The same as ``may``, as a condition over the columns of a query. ``within`` makes the condition that a row
    belongs to one of some teams, and never asks once for each row."""
    if not user.role.is_staff or user.organisation_id is None:
        return sa.false()
    if user.role is Role.ADMIN:
        return organisation == user.organisation_id
    places = places_of(user)
    everything = [team_id for team_id, place in places.items() if place.allows(right, is_own=False)]
    own = [team_id for team_id, place in places.items() if place.allows(right, is_own=True)]
    own_alone = [team_id for team_id in own if team_id not in everything]
    conditions: list[sa.ColumnElement[bool]] = []
    if everything:
        conditions.append(within(everything))
    if own_alone:
        conditions.append(sa.and_(within(own_alone), created_by == user.id))
    return sa.or_(*conditions) if conditions else sa.false()


def teams_with(user: User, right: Right) -> list[Team]:
    """The teams in which ``user`` has ``right``, by name."""
    query = sa.select(Team).where(Team.organisation_id == user.organisation_id).order_by(sa.func.lower(Team.name))
    if not user.role.is_staff:
        return []
    if user.role is not Role.ADMIN:
        mine = [team_id for team_id, place in places_of(user).items() if place.allows(right, is_own=True)]
        query = query.where(Team.id.in_(mine))
    return list(db.session.scalars(query))
