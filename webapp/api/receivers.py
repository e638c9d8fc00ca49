"""What the API has to do from time to time (webapp/core/events.py)."""

from __future__ import annotations

from webapp.api.operations import forget_requests
from webapp.core import events
from webapp.core.database import db


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Forget which requests were done long ago."""
    forget_requests()
    db.session.commit()
    return 0
