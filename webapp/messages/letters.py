"""What a candidate was told of a decision, and the letter that can be sent now."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core.database import db
from webapp.interviews.models import Interview, Invitation
from webapp.messages.models import Message, State
from webapp.messages.relevance import ANSWERS
from webapp.messages.writing import LETTERS
from webapp.reviews import deciding
from webapp.reviews.models import Decision


def told(invitation: Invitation) -> tuple[str, datetime] | None:
    """What the candidate was told and when; None where they had no answer."""
    sent = db.session.scalar(
        sa.select(Message)
        .where(Message.invitation_id == invitation.id, Message.kind.in_(ANSWERS), Message.state == State.SENT)
        .order_by(Message.sent_at.desc())
        .limit(1)
    )
    if sent is not None and sent.sent_at is not None:
        went_on = sent.kind == "letter_advance"
        return (_("You go on in the process.") if went_on else _("Others go on in the process.")), sent.sent_at
    if invitation.answered_at is not None:
        return _("You were told by a person."), invitation.answered_at
    return None


def latest_decision(interview: Interview) -> Decision | None:
    """The decision that counts."""
    return deciding.current(interview)


def letter_of(decision: Decision) -> Message | None:
    """The letter that tells ``decision``, if one was written."""
    return db.session.scalar(sa.select(Message).where(Message.cause == f"letter:{decision.id}"))


def kind_of(decision: Decision) -> str:
    """The kind of mail that tells ``decision``."""
    return LETTERS[decision.outcome]
