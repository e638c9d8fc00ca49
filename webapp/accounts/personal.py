"""What accounts hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.accounts.factor_models import AuthenticatorApp, Passkey, PendingStep, RecoveryCode
from webapp.accounts.models import User, UserSession
from webapp.core.personal_data import Holding, Kept, register

register(
    Holding(User, Kept.RECORDS, lambda scope: User.id.in_(scope.accounts), not_exported=frozenset({"password_hash"})),
    Holding(
        AuthenticatorApp,
        Kept.RECORDS,
        lambda scope: AuthenticatorApp.user_id.in_(scope.accounts),
        not_exported=frozenset({"secret", "last_period"}),
    ),
    Holding(
        Passkey,
        Kept.RECORDS,
        lambda scope: Passkey.user_id.in_(scope.accounts),
        not_exported=frozenset({"credential", "public_key"}),
    ),
    Holding(
        RecoveryCode,
        Kept.RECORDS,
        lambda scope: RecoveryCode.user_id.in_(scope.accounts),
        not_exported=frozenset({"hash"}),
    ),
    Holding(
        PendingStep,
        Kept.RECORDS,
        lambda scope: PendingStep.user_id.in_(scope.accounts),
        not_exported=frozenset({"data"}),
    ),
    Holding(UserSession, Kept.RECORDS, lambda scope: UserSession.user_id.in_(scope.accounts)),
)
