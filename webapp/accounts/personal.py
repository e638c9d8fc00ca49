"""What accounts hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.accounts.models import User, UserSession
from webapp.core.personal_data import Holding, Kept, register

register(
    Holding(User, Kept.RECORDS, lambda scope: User.id.in_(scope.accounts), not_exported=frozenset({"password_hash"})),
    Holding(UserSession, Kept.RECORDS, lambda scope: UserSession.user_id.in_(scope.accounts)),
)
