"""What the candidate's status page and the invitation's page say about a live interview."""

from __future__ import annotations

from flask_babel import gettext as _

from webapp.candidate.status import Block, status_token
from webapp.core.hosts import link_to
from webapp.interviews.models import Invitation
from webapp.scheduling import operations
from webapp.scheduling.models import Appointment


def appointment_of(invitation: Invitation) -> Appointment | None:
    """The live interview that is to come, if there is one."""
    found = operations.appointment_of(invitation)
    return found if found is not None and found.is_coming else None


def blocks(invitation: Invitation) -> list[Block]:
    """The conversation that was agreed, or the way to choose a time."""
    if invitation.is_closed:
        return []
    url = link_to("scheduling.choose", token=status_token(invitation))
    heading = _("Live conversation")
    if (found := appointment_of(invitation)) is not None:
        said = _("With %(name)s, %(minutes)s minutes.", name=found.host.name, minutes=found.minutes)
        return [Block(heading, said, found.starts_at, url, _("Join, move or cancel it"))]
    if operations.open_slots(invitation):
        return [Block(heading, _("You can choose a time for a conversation."), None, url, _("Choose a time"))]
    return []
