"""What practice does about what happens in lower features (webapp/core/events.py)."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.core import events
from webapp.core.database import db
from webapp.practice import guests


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Forget those who practised without an account, when their time is over."""
    count = guests.erase_expired()
    db.session.commit()
    return count


@events.erasing.connect
def erase(_app: object, *, interview_ids: Sequence[str], **_kept: object) -> None:
    """Whoever has their data erased has what they practised erased with it."""
    guests.erase_of(interview_ids)
