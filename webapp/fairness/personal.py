"""What this feature holds about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.core.personal_data import Holding, Kept, holds_nothing, register
from webapp.fairness.models import BiasReport, SelfIdentification
from webapp.fairness.sealing import token_of

holds_nothing("numbers of groups, none of fewer than five people", BiasReport)
register(
    Holding(
        SelfIdentification,
        Kept.RECORDS,
        lambda scope: SelfIdentification.token.in_([token_of(each) for each in scope.interviews]),
        not_exported=frozenset({"token", "nonce", "sealed"}),
    )
)
