"""What open links do at each sweep (webapp/core/events.py)."""

from __future__ import annotations

from webapp.applying import operations, proof
from webapp.core import events
from webapp.core.database import db


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Delete addresses that nobody confirmed, and proofs that have ended."""
    operations.forget_unconfirmed()
    proof.forget_used()
    db.session.commit()
    return 0
