"""What recordings do at each sweep (webapp/core/events.py)."""

from __future__ import annotations

from webapp.core import events
from webapp.core.database import db
from webapp.recordings import operations


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Queue the verifications again that nobody holds."""
    sent = operations.requeue_pending()
    db.session.commit()
    return sent
