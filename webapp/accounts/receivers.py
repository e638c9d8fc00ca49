"""What accounts do by the clock (webapp/core/events.py)."""

from __future__ import annotations

from webapp.accounts import pending, sessions
from webapp.core import events
from webapp.core.database import db


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Let go of sessions that ended long ago and of steps that took too long."""
    pending.forget_old()
    sessions.forget_old()
    db.session.commit()
    return 0
