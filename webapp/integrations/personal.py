"""What integrations hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.database import db
from webapp.core.personal_data import Counted, Scope, count_too, holds_nothing
from webapp.integrations.models import Endpoint, InterviewEvent
from webapp.interviews.models import Invitation


def _receivers(scope: Scope) -> int:
    """The endpoints that are told of the erasure: those that are there, if they heard of any of these interviews."""
    told = sa.select(sa.exists().where(InterviewEvent.invitation_id.in_(scope.invitations)))
    if not scope.invitations or not db.session.scalar(told):
        return 0
    whose = sa.select(Invitation.organisation_id).where(Invitation.id.in_(scope.invitations))
    there = sa.select(sa.func.count(Endpoint.id)).where(Endpoint.active.is_(True), Endpoint.organisation_id.in_(whose))
    return db.session.scalar(there) or 0


holds_nothing("ids and no names: receivers are told by them that something was erased", InterviewEvent)
holds_nothing("addresses of programs", Endpoint)
count_too(Counted.RECEIVER, _receivers)
