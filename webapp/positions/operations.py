"""What can be done with positions. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import current_app, g, has_request_context
from flask_babel import gettext as _
from sqlalchemy.orm import InstrumentedAttribute

from webapp.accounts.models import User
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.security_log import record
from webapp.organisations.access import Right, allowed, may
from webapp.organisations.models import Team
from webapp.organisations.operations import TeamError, default_team
from webapp.policy.codes import country_of, is_known
from webapp.positions.models import Position

#: So many positions are named in a query, and so many of an organisation are known in a request.
NAMED, KNOWN = 100, 2_000


class PositionError(ValueError):
    """This cannot be done with this position; the message is for a person."""


def positions_of(user: User, right: Right = Right.VIEW) -> sa.Select[Position]:
    """The positions over which ``user`` has ``right``: an admin all, a member those of their teams, others none."""
    return sa.select(Position).where(
        allowed(
            user,
            right,
            within=Position.team_id.in_,
            organisation=Position.organisation_id,
            created_by=Position.created_by_id,
        )
    )


def at_teams(position_id: InstrumentedAttribute[Any], teams: list[str]) -> sa.ColumnElement[bool]:
    """Whether the position in a column is one of some teams'. After ``know_positions`` up to NAMED are named one by
    one, so that a database knows by which index it finds them; else there is one subquery for all rows."""
    known = _known()
    ids = [each for each, team_id, _blind in known or () if team_id in teams]
    if known is None or len(ids) > NAMED:
        return position_id.in_(sa.select(Position.id).where(Position.team_id.in_(teams)))
    return position_id.in_(ids) if ids else sa.false()


def is_any_blind() -> bool:
    """Whether any position of the organisation has blind review."""
    known = _known()
    if known is None:
        return db.session.scalar(sa.select(Position.id).where(Position.blind_review).limit(1)) is not None
    return any(blind for _id, _team_id, blind in known)


def know_positions() -> None:
    """Read which positions the organisation has, for what this request asks of a great many candidates; nothing where
    there are more than KNOWN."""
    if has_request_context() and _known() is None:
        query = sa.select(Position.id, Position.team_id, Position.blind_review).order_by(Position.id).limit(KNOWN + 1)
        rows = db.session.execute(query).all()
        if len(rows) <= KNOWN:
            g.positions_known = rows


def _known() -> Sequence[tuple[str, str, bool]] | None:
    known: Sequence[tuple[str, str, bool]] | None = g.get("positions_known") if has_request_context() else None
    return known


@sa.event.listens_for(Position, "after_insert")
@sa.event.listens_for(Position, "after_update")
@sa.event.listens_for(Position, "after_delete")
def _ask_anew(*_changed: object) -> None:
    if has_request_context():
        g.pop("positions_known", None)


def create_position(
    *, title: str, city: str, country: str, by: User, region: str = "", team: Team | None = None
) -> Position:
    """Make a position at a place; ``country`` is ISO 3166-1 alpha-2, ``region`` a part of it (webapp/policy/codes.py).

    Raises PositionError where there is no such region in the country, and where ``by`` may create none for ``team``,
    or, without one, for any team.
    """
    _check_region(country, region)
    if team is None:
        try:
            team = default_team(by)
        except TeamError as error:
            raise PositionError(str(error)) from None
    _check_team(team, by)
    position = Position(
        title=title.strip(),
        city=city.strip(),
        country=country,
        region=region,
        created_by_id=by.id,
        team=team,
        organisation_id=team.organisation_id,
    )
    db.session.add(position)
    db.session.flush()
    current_app.logger.info("Position %s created by %s", position.id, by.id)
    return position


def _check_team(team: Team, by: User) -> None:
    """Raises PositionError where ``by`` may not create positions for ``team``."""
    if not may(by, Right.MANAGE, organisation_id=team.organisation_id, team_id=team.id, created_by_id=by.id):
        raise PositionError(_("Only a team's recruiters and owners can create and change its positions."))


def give_to_team(position: Position, team: Team, *, by: User) -> None:
    """Hand a position, with everybody who was invited, over to another team of the same organisation.

    Raises PositionError where ``by`` may not create positions there.
    """
    if team.organisation_id != position.organisation_id:
        raise PositionError(_("Only a team's recruiters and owners can create and change its positions."))
    _check_team(team, by)
    if position.team_id != team.id:
        position.team = team
        db.session.flush()
        record("position moved", position=position.id, team=team.id, by=by.id)


def set_rules(position: Position, *, four_eyes: bool, blind_review: bool, approvers: Sequence[User], by: User) -> None:
    """Say how people decide here: with a second person, without names, with whose approval. Decisions that were made
    stay as they are."""
    position.four_eyes, position.blind_review = four_eyes, blind_review
    position.approvers = list(approvers)
    db.session.flush()
    record(
        "position rules changed",
        position=position.id,
        four_eyes=int(four_eyes),
        blind_review=int(blind_review),
        approvers=len(position.approvers),
        by=by.id,
    )


def edit_position(
    position: Position, *, title: str, city: str, country: str, by: User, region: str | None = None
) -> None:
    """Change a position; without ``region`` that stays, as far as the country does.

    Raises PositionError for another place once somebody was invited: candidates consented under the law of the place
    that they were told, and a move would change what may be analysed behind their backs. To say which part of a country
    it is, where nobody has, is no move: its law is at least as strict.
    """
    if region is None:
        region = position.region if country == position.country else ""
    _check_region(country, region)
    if country != position.country or (position.region and region != position.region):
        events.send(events.position_moving, position_id=position.id)
    position.title, position.city, position.country = title.strip(), city.strip(), country
    position.region = region
    db.session.flush()
    current_app.logger.info("Position %s edited by %s", position.id, by.id)


def _check_region(country: str, region: str) -> None:
    if region and (not is_known(region) or country_of(region) != country):
        raise PositionError(_("There is no such state or province in this country. Choose one from the list."))


def archive(position: Position, *, by: User) -> None:
    """Take a position out of choice; open invitations go on working."""
    if position.archived_at is None:
        position.archived_at = now()
        db.session.flush()
        current_app.logger.info("Position %s archived by %s", position.id, by.id)


def restore(position: Position, *, by: User) -> None:
    """Bring a position back into choice."""
    if position.archived_at is not None:
        position.archived_at = None
        db.session.flush()
        current_app.logger.info("Position %s restored by %s", position.id, by.id)
