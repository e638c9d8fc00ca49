"""What happens to a live interview when something else ends (webapp/core/events.py)."""

from __future__ import annotations

from webapp.core import events
from webapp.core.database import db
from webapp.interviews.models import Invitation
from webapp.scheduling import operations


def _cancel(invitation_id: str) -> None:
    invitation = db.session.get(Invitation, invitation_id)
    appointment = operations.appointment_of(invitation) if invitation is not None else None
    if appointment is not None:
        operations.cancel(appointment)


@events.candidate_withdrew.connect
def withdrew(_app: object, *, invitation_id: str) -> None:
    """Nobody waits for a candidate who has withdrawn."""
    _cancel(invitation_id)


@events.invitation_revoked.connect
def revoked(_app: object, *, invitation_id: str) -> None:
    """A revoked invitation ends the conversation too."""
    _cancel(invitation_id)
