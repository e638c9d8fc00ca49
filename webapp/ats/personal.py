"""What connections to applicant tracking systems hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.ats.models import Complaint, Connection, Offer, Order
from webapp.core.database import db
from webapp.core.personal_data import Counted, Holding, Kept, Scope, count_too, holds_nothing, register


def _receivers(scope: Scope) -> int:
    """The systems that ordered these interviews: what they were told stays there."""
    told = sa.select(sa.func.count(sa.distinct(Order.connection_id))).where(Order.invitation_id.in_(scope.invitations))
    return (db.session.scalar(told) or 0) if scope.invitations else 0


register(
    Holding(
        Order,
        Kept.RECORDS,
        lambda scope: Order.invitation_id.in_(scope.invitations),
        not_exported=frozenset({"mark", "base", "callback"}),
    )
)
holds_nothing("keys and addresses of programs", Connection)
holds_nothing("what may be ordered", Offer)
holds_nothing("what a program says of our answers, without names", Complaint)
count_too(Counted.RECEIVER, _receivers)
