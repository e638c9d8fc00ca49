"""What clips do at each sweep (webapp/core/events.py)."""

from __future__ import annotations

from webapp.clips import operations
from webapp.core import events
from webapp.core.database import db


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Queue clips again that nobody holds."""
    sent = operations.requeue()
    db.session.commit()
    return sent
