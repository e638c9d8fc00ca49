"""What messages hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.personal_data import Holding, Kept, Scope, holds_nothing, register
from webapp.messages.models import Message, Refusal, Wording


def _messages(scope: Scope) -> sa.ColumnElement[bool]:
    """Those about an invitation of the scope, to one of its accounts, and to its address."""
    about = sa.or_(Message.invitation_id.in_(scope.invitations), Message.user_id.in_(scope.accounts))
    return sa.or_(about, sa.func.lower(Message.recipient) == scope.email) if scope.email else about


def _refusals(scope: Scope) -> sa.ColumnElement[bool]:
    """Those of its address, where one was named."""
    return Refusal.address == scope.email if scope.email else sa.false()


register(
    Holding(Message, Kept.RECORDS, _messages, not_exported=frozenset({"lease_owner", "lease_until", "attempts"})),
    Holding(
        Refusal, Kept.RECORDS, lambda scope: sa.and_(Refusal.address == scope.email, sa.literal(bool(scope.email)))
    ),
)
holds_nothing("what an organisation says to everybody", Wording)
