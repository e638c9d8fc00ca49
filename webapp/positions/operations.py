"""What can be done with positions. Nothing here commits."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app

from webapp.accounts.models import Role, User
from webapp.core import events
from webapp.core.database import db, now
from webapp.positions.models import Position


class PositionError(ValueError):
    """This cannot be done with this position; the message is for a person."""


def positions_of(user: User) -> sa.Select[Position]:
    """The positions that ``user`` may see: an admin all, a recruiter their own, others none."""
    query = sa.select(Position)
    if user.role is Role.ADMIN:
        return query
    return query.where(Position.created_by_id == user.id if user.role is Role.RECRUITER else sa.false())


def create_position(*, title: str, city: str, country: str, by: User) -> Position:
    """Make a position at a place; ``country`` is ISO 3166-1 alpha-2."""
    position = Position(title=title.strip(), city=city.strip(), country=country, created_by_id=by.id)
    db.session.add(position)
    db.session.flush()
    current_app.logger.info("Position %s created by %s", position.id, by.id)
    return position


def edit_position(position: Position, *, title: str, city: str, country: str, by: User) -> None:
    """Change a position.

    Raises PositionError for another country once somebody was invited: candidates consented under the law of the place
    that they were told, and a move would change what may be analysed behind their backs.
    """
    if country != position.country:
        events.send(events.position_moving, position_id=position.id)
    position.title, position.city, position.country = title.strip(), city.strip(), country
    db.session.flush()
    current_app.logger.info("Position %s edited by %s", position.id, by.id)


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
