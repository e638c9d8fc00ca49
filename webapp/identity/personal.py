"""What this feature holds about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.core.personal_data import Holding, Kept, holds_nothing, register
from webapp.identity.models import DirectoryEntry, DirectoryGroup, DirectoryToken, Identity, Provider

register(
    Holding(Identity, Kept.RECORDS, lambda scope: Identity.user_id.in_(scope.accounts)),
    Holding(DirectoryEntry, Kept.RECORDS, lambda scope: DirectoryEntry.user_id.in_(scope.accounts)),
)
holds_nothing(
    "where an organisation's people sign in, and which teams are groups there", Provider, DirectoryToken, DirectoryGroup
)
