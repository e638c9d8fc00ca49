"""What practice without an account holds about people (webapp/core/personal_data.py).

An erasure of an invitation reaches it, and who practises by mail to the same address, by signals (receivers.py) and by
the sweep, and not by the scope: what goes is counted for those who hire, who are not to learn that somebody practised.
"""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.personal_data import Holding, Kept, Scope, holds_nothing, register
from webapp.practice.models import PracticeGuest, PracticeLink, PracticeSettings


def _links(scope: Scope) -> sa.ColumnElement[bool]:
    """Those that went to the address by which an account practises."""
    same = PracticeGuest.address == PracticeLink.address, PracticeGuest.organisation_id == PracticeLink.organisation_id
    return sa.exists().where(*same, PracticeGuest.user_id.in_(scope.accounts)).correlate(PracticeLink)


register(
    Holding(
        PracticeGuest,
        Kept.RECORDS,
        lambda scope: PracticeGuest.user_id.in_(scope.accounts),
        not_exported=frozenset({"browser", "address"}),
    ),
    Holding(PracticeLink, Kept.RECORDS, _links, not_exported=frozenset({"token", "address"})),
)
holds_nothing("what an organisation says of practice", PracticeSettings)
