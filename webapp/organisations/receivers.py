"""What teams have to say about what happens in lower features (webapp/core/events.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.accounts.models import Role, User
from webapp.core import events
from webapp.core.database import db
from webapp.organisations.models import Membership, Team, TeamRole
from webapp.organisations.operations import first_team, put_in_team


@events.person_joined.connect
def welcome(_app: object, *, user_id: str) -> None:
    """Whoever begins to work for an organisation with one team works in it from the start; where there are several,
    an owner puts them into theirs. Admins need no team."""
    user = db.session.get_one(User, user_id)
    if user.role is not Role.RECRUITER or user.organisation_id is None or not user.active:
        return
    if db.session.scalars(sa.select(Membership).where(Membership.user_id == user.id).limit(1)).first():
        return
    first = first_team(user.organisation_id)
    count = db.session.scalar(
        sa.select(sa.func.count()).select_from(Team).where(Team.organisation_id == user.organisation_id)
    )
    if count == 1:
        put_in_team(first, user, TeamRole.RECRUITER)
