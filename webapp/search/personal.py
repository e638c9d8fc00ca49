"""What the index holds about people (webapp/core/personal_data.py): words of rows that are kept elsewhere."""

from __future__ import annotations

from webapp.core.personal_data import Holding, Kept, register
from webapp.search.models import SearchDocument, SearchEntry

register(
    Holding(
        SearchDocument,
        Kept.RECORDS,
        lambda scope: SearchDocument.invitation_id.in_(scope.invitations),
        not_exported=frozenset({"terms"}),  # folded copies of what is exported as it was written
    ),
    Holding(SearchEntry, Kept.RECORDS, lambda scope: SearchEntry.invitation_id.in_(scope.invitations)),
)
