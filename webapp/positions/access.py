"""Who may do what with a position, by their role in its team."""

from __future__ import annotations

from flask import abort
from flask_login import AnonymousUserMixin, current_user

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.organisations.access import Right, may
from webapp.positions.models import Position
from webapp.positions.operations import positions_of


def has_right(user: User | AnonymousUserMixin, position: Position, right: Right) -> bool:
    """Whether ``user`` has ``right`` over ``position``."""
    return may(
        user,
        right,
        organisation_id=position.organisation_id,
        team_id=position.team_id,
        created_by_id=position.created_by_id,
    )


def load_position(position_id: str, right: Right = Right.VIEW) -> Position:
    """The position, if the present user has ``right`` over it: 404 where they may not see it, else 403."""
    position = db.session.scalar(positions_of(current_user).where(Position.id == position_id)) or abort(404)
    if not has_right(current_user, position, right):
        abort(403)
    return position
