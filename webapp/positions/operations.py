"""What can be done with positions. Nothing here commits."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from webapp.accounts.models import Role, User
from webapp.core import events
from webapp.core.database import db, now
from webapp.policy.codes import country_of, is_known
from webapp.positions.models import Position


class PositionError(ValueError):
    """This cannot be done with this position; the message is for a person."""


def positions_of(user: User) -> sa.Select[Position]:
    """The positions that ``user`` may see: an admin all, a recruiter their own, others none."""
    query = sa.select(Position)
    if user.role is Role.ADMIN:
        return query
    return query.where(Position.created_by_id == user.id if user.role is Role.RECRUITER else sa.false())


def create_position(*, title: str, city: str, country: str, by: User, region: str = "") -> Position:
    """Make a position at a place; ``country`` is ISO 3166-1 alpha-2, ``region`` a part of it (webapp/policy/codes.py).

    Raises PositionError where there is no such region in the country.
    """
    _check_region(country, region)
    position = Position(title=title.strip(), city=city.strip(), country=country, region=region, created_by_id=by.id)
    db.session.add(position)
    db.session.flush()
    current_app.logger.info("Position %s created by %s", position.id, by.id)
    return position


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
