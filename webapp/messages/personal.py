"""What messages hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.personal_data import Holding, Kept, Scope, holds_nothing, register
from webapp.messages.models import Message, Refusal, Wording


def _messages(scope: Scope) -> sa.ColumnElement[bool]:
    """Those about an invitation, to an account, and to an address that was named."""
    conditions: list[sa.ColumnElement[bool]] = [
        Message.invitation_id.in_(scope.invitations),
        Message.user_id.in_(scope.accounts),
    ]
    if scope.email:
        # What goes is counted, and given out, to those who hire.
        conditions.append(sa.and_(sa.func.lower(Message.recipient) == scope.email, sa.not_(Message.is_private)))
    return sa.or_(*conditions)


def _refusals(scope: Scope) -> sa.ColumnElement[bool]:
    return Refusal.address == scope.email if scope.email else sa.false()


register(
    Holding(
        Message,
        Kept.RECORDS,
        _messages,
        not_exported=frozenset({"lease_owner", "lease_until", "attempts"}),
        addresses=sa.select(sa.func.lower(Message.recipient)).distinct(),
    ),
    Holding(Refusal, Kept.RECORDS, _refusals, addresses=sa.select(Refusal.address).distinct()),
)
holds_nothing("what an organisation says to everybody", Wording)
