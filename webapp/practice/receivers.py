"""What practice does about what happens in lower features (webapp/core/events.py)."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.core import events
from webapp.core.database import db
from webapp.interviews.models import Invitation
from webapp.practice import guests, links


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Forget those who practised without an account, and links that were asked for, when their time is over."""
    count = guests.erase_expired() + links.forget_ended()
    db.session.commit()
    return count


@events.interview_erased.connect
def erase_by_address(_app: object, *, invitation_id: str, **_interview: object) -> None:
    """The same of what they practised by mail, where somebody asked for it; a clock of an old interview erases none."""
    invitation = db.session.get(Invitation, invitation_id)
    if invitation is not None and invitation.email:
        guests.erase_by_address_of(invitation)


@events.erasing.connect
def erase(_app: object, *, interview_ids: Sequence[str], **_kept: object) -> None:
    """Whoever has their data erased has what they practised erased with it."""
    guests.erase_of(interview_ids)
