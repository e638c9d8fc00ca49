"""What practice without an account holds about people (webapp/core/personal_data.py).

An erasure of an invitation reaches it by ``erasing`` (receivers.py) and by the sweep, and not by the scope: what goes
is counted for those who hire, who are not to learn that somebody practised.
"""

from __future__ import annotations

from webapp.core.personal_data import Holding, Kept, holds_nothing, register
from webapp.practice.models import PracticeGuest, PracticeSettings

register(
    Holding(
        PracticeGuest,
        Kept.RECORDS,
        lambda scope: PracticeGuest.user_id.in_(scope.accounts),
        not_exported=frozenset({"browser"}),
    )
)
holds_nothing("what an organisation says of practice", PracticeSettings)
